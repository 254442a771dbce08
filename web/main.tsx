import { render } from 'preact';
import { App } from './app.tsx';
import { guardDrops } from './state/drop-guard.ts';
import { openPage } from './state/open-page.ts';
import { applyTheme } from './state/theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/lists.css';
import './styles/views.css';

applyTheme();
guardDrops();
const app = document.getElementById('app');
if (app) render(<App />, app);
void openPage();
