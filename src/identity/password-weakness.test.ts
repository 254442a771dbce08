import { expect, test } from 'vitest';
import { passwordWeakness } from './password-weakness.ts';

test.each([
  { password: '', weak: true },
  { password: 'short7!', weak: true },
  { password: 'Anna-rules-2026', weak: true },
  { password: 'aaaaaaaabbbb', weak: true },
  { password: 'P@ssw0rd123!', weak: true },
  { password: 'password', weak: true },
  { password: 'qwertyuiop', weak: true },
  { password: '9876543210', weak: true },
  { password: 'rabbits', weak: true },
  { password: 'onlyletters', weak: true },
  { password: '8372615509', weak: true },
  { password: 'three of four crows', weak: false },
  { password: 'Tr9-kLm2x', weak: false },
  { password: 'onlyletterstwelve', weak: false },
  { password: 'пароль-из-слов', weak: false },
])('$password is weak: $weak', ({ password, weak }) => {
  expect(passwordWeakness(password, 'anna') !== undefined).toBe(weak);
});
