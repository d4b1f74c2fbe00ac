// Which scenes there are in which chapter, and which of them the reader has solved on other visits.

/**
 * Scenes by chapter, both in the order in which they came.
 * @param {{name: string, chapter: string}[]} scenes
 * @returns {{chapter: string, scenes: Object[]}[]}
 */
export function byChapter(scenes) {
  const chapters = new Map();
  for (const scene of scenes) {
    if (!chapters.has(scene.chapter)) chapters.set(scene.chapter, []);
    chapters.get(scene.chapter).push(scene);
  }
  return [...chapters].map(([chapter, own]) => ({ chapter, scenes: own }));
}

/** The names that were kept. @param {string|null} text @returns {Set<string>} */
export function finished(text) {
  return new Set((text ?? "").split(" ").filter((name) => /^[a-z0-9-]+$/.test(name)));
}

/** What is kept of them. @param {Set<string>} names */
export const remembered = (names) => [...names].sort().join(" ");
