/**
 * A file that misses its aim must not lead the browser away from the page. Listens at the window, behind whatever takes
 * drops: a place that does has said so by then.
 */
export function guardDrops(): void {
  window.addEventListener('dragover', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  });
  window.addEventListener('drop', (event) => event.preventDefault());
}
