/*
 * One unit: a small map of its activation over the plane, with a mark where it is dead (crossed
 * out) or saturated (a bar at its top), and its bias as a notch at its lower edge.
 */

/**
 * @typedef {Object} UnitLook
 * @property {CanvasImageSource | null} image
 * @property {"alive" | "dead" | "saturated"} condition
 * @property {number | null} bias    as a share of the layer's largest magnitude, −1…1
 * @property {string} [text]         what stands there where there is no map
 */

/**
 * Draw one unit into a square.
 * @param {CanvasRenderingContext2D} context
 * @param {UnitLook} unit
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawUnit(context, unit, size, colors) {
  const { width, height } = size;
  context.save();
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, width, height);
  if (unit.image) {
    context.imageSmoothingEnabled = true;
    context.drawImage(unit.image, 0, 0, width, height);
  } else if (unit.text) {
    context.fillStyle = colors.muted;
    context.font = `600 ${Math.max(9, Math.round(height * 0.34))}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(unit.text, width / 2, height / 2);
  }
  if (unit.condition === "dead") markDead(context, width, height, colors);
  if (unit.condition === "saturated") markSaturated(context, width, height, colors);
  if (unit.bias !== null && unit.bias !== undefined) markBias(context, unit.bias, width, height, colors);
  context.restore();
}

function markDead(context, width, height, colors) {
  context.setLineDash([]);
  for (const [line, color] of [[4.5, colors.paper], [2, colors.warning]]) {
    context.lineWidth = line;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(3, 3);
    context.lineTo(width - 3, height - 3);
    context.moveTo(3, height - 3);
    context.lineTo(width - 3, 3);
    context.stroke();
  }
}

function markSaturated(context, width, height, colors) {
  const thick = Math.max(3, Math.round(height * 0.1));
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, width, thick + 1.5);
  context.fillRect(0, height - thick - 1.5, width, thick + 1.5);
  context.fillStyle = colors.warning;
  context.fillRect(0, 0, width, thick);
  context.fillRect(0, height - thick, width, thick);
}

function markBias(context, bias, width, height, colors) {
  const reach = Math.max(-1, Math.min(1, bias)) * (width / 2 - 2);
  const thick = Math.max(2, Math.round(height * 0.07));
  context.fillStyle = colors.paper;
  context.fillRect(width / 2 + Math.min(0, reach) - 1, height - thick - 2, Math.abs(reach) + 2, thick + 2);
  context.fillStyle = bias < 0 ? colors.negative : colors.positive;
  context.fillRect(width / 2 + Math.min(0, reach), height - thick - 1, Math.abs(reach), thick);
}
