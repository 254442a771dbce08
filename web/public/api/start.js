/* global SwaggerUIBundle */
/** As web/api/page-key.ts keeps it. */
const key = () => {
  try {
    return localStorage.getItem('mbt-page-key') ?? '';
  } catch {
    return '';
  }
};

const say = (text) => {
  document.getElementById('api').textContent = text;
};

async function start() {
  const answer = await fetch('/openapi.json', { headers: { 'mbt-page-key': key() } });
  const said = await answer.json();
  if (!answer.ok) return say(`Refused: ${said.error.text}`);
  SwaggerUIBundle({
    spec: said,
    dom_id: '#api',
    deepLinking: true,
    docExpansion: 'list',
    // Nothing is asked of anybody outside.
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers['mbt-page-key'] = key();
      return request;
    },
    // What is shown of a request has no key in it.
    showMutatedRequest: false,
  });
}

start().catch(() => say('The node does not answer. It may have been stopped.'));
