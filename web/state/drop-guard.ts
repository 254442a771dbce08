/** A file that misses its aim must not lead the browser away from the page. */
export function guardDrops(): void {
  document.addEventListener('dragover', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  });
  document.addEventListener('drop', (event) => event.preventDefault());
}
