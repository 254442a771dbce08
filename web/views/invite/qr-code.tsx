import { useEffect, useState } from 'preact/hooks';
import { qrPath } from './qr-path.ts';

interface Code {
  readonly size: number;
  readonly path: string;
}

/** Modules of light around the code: cameras need four. */
const BORDER = 4;

/** A text as a QR code, dark on light in every theme, as cameras want it. What makes it is loaded when first shown. */
export function QrCode({ text }: { readonly text: string }) {
  const [code, setCode] = useState<Code | 'failed'>();
  useEffect(() => {
    let wanted = true;
    void toCode(text).then((made) => {
      if (wanted) setCode(made);
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  if (code === 'failed')
    return <p class="hint">The link is too long for a code to photograph. Copy it instead.</p>;
  return (
    <div class="qr-code">
      {code && (
        <svg
          viewBox={`0 0 ${code.size} ${code.size}`}
          role="img"
          aria-label="QR code of the link"
          shape-rendering="crispEdges"
        >
          <rect width={code.size} height={code.size} fill="#fff" />
          <path d={code.path} fill="#000" />
        </svg>
      )}
    </div>
  );
}

async function toCode(text: string): Promise<Code | 'failed'> {
  try {
    const { encode } = await import('uqr');
    const { data, size } = encode(text, { border: BORDER, ecc: 'L' });
    return { size, path: qrPath(data) };
  } catch {
    return 'failed';
  }
}
