// When the page asks for frames: one at a time, the next once the last was drawn, and none while
// nobody looks.

/**
 * @param {{tell: Function, onFrame: Function, on: Function}} connection
 * @param {{document?: Document, next?: (run: () => void) => void}} [surroundings]
 */
export function startFrames(connection, { document: page = document, next = requestAnimationFrame } = {}) {
  let asked = false;

  function ask() {
    if (asked || page.hidden) return;
    asked = true;
    connection.tell("frame");
  }

  connection.onFrame(() => {
    asked = false;
    next(ask);
  });
  // A new connection, a new worker: the question asked before has nobody to answer it.
  for (const event of ["opened", "worker"]) {
    connection.on(event, () => {
      asked = false;
      ask();
    });
  }
  page.addEventListener("visibilitychange", ask);
  ask();
}
