const handlers: (() => void)[] = [];

document.addEventListener('keydown', (event) => {
  const handler = handlers.at(-1);
  if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || !handler) return;
  event.preventDefault();
  handler();
});

/** What Escape does until the returned function is called: it ends what was begun last. */
export function onEscape(handler: () => void): () => void {
  handlers.push(handler);
  return () => void handlers.splice(handlers.indexOf(handler), 1);
}
