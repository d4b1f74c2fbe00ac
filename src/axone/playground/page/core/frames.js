// Binary frames: a header of JSON and typed arrays behind it, as the worker writes them. Nothing
// here knows the arrays' names; a buffer that does not fit its header is an error, never a wrong picture.

const VIEWS = { u1: Uint8Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };

/**
 * @typedef {{name: string, dtype: string, shape: number[], offset: number,
 *   data: Uint8Array|Int32Array|Float32Array|Float64Array}} FrameArray
 */

/**
 * Read a frame. The arrays are views into the buffer, not copies.
 * @param {ArrayBuffer} buffer
 * @returns {{header: Object, arrays: Map<string, FrameArray>}}
 */
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const start = 4 + length;
  if (start > buffer.byteLength || start % 8) throw new RangeError("frame: header");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = new Map();
  for (const described of header.arrays ?? []) {
    const View = VIEWS[described.dtype];
    if (!View) throw new RangeError(`frame: dtype ${described.dtype}`);
    const count = described.shape.reduce((product, size) => product * size, 1);
    const data = new View(buffer, start + described.offset, count);
    arrays.set(described.name, { ...described, data });
  }
  return { header, arrays };
}

/**
 * One slice along the first axis, such as unit `index` of an array (n, g, g).
 * @param {FrameArray} array
 * @param {number} index
 */
export function slice(array, index) {
  const size = array.shape.slice(1).reduce((product, length) => product * length, 1);
  return array.data.subarray(index * size, (index + 1) * size);
}
