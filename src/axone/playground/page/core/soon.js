// Work that is put off to the next frame of the screen, however often it is asked for until then.

/** @param {() => void} run @returns {() => void} */
export function soon(run) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      run();
    });
  };
}
