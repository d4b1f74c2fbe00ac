// A canvas context that writes down what is drawn: every call, with the style that is set at that
// time. It takes exactly the subset that pictures may use, so that anything else fails.

const CALLS = [
  "beginPath", "moveTo", "lineTo", "bezierCurveTo", "arc", "rect", "closePath", "fill", "stroke", "fillRect", "clearRect",
  "fillText", "drawImage", "translate", "scale",
];
const STYLES = ["fillStyle", "strokeStyle", "lineWidth", "globalAlpha", "font", "textAlign", "textBaseline"];

/** @returns {Object} a context with `calls`: {name, args, …styles, dash} */
export function recorder() {
  const calls = [];
  let state = { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "", textAlign: "", textBaseline: "", dash: [] };
  const kept = [];
  const context = {
    calls,
    save: () => kept.push({ ...state }),
    restore: () => (state = kept.pop() ?? state),
    setLineDash: (dash) => (state.dash = [...dash]),
    measureText: (text) => ({ width: text.length * 7 }),
    imageSmoothingEnabled: true,
    imageSmoothingQuality: "low",
    named: (name) => calls.filter((call) => call.name === name),
    texts: () => calls.filter((call) => call.name === "fillText").map((call) => call.args[0]),
  };
  for (const name of CALLS) context[name] = (...args) => calls.push({ name, args, ...state });
  for (const name of STYLES) {
    Object.defineProperty(context, name, { get: () => state[name], set: (value) => (state[name] = value) });
  }
  return Object.preventExtensions(context);
}

export const COLORS = {
  paper: "#ffffff", ink: "#1f2123", muted: "#5c6166", line: "#dcdcd8", accent: "#00619a", positive: "#d55e00",
  negative: "#0072b2", warning: "#cc79a7", classes: ["#0072b2", "#e69f00", "#009e73"], series: ["#0072b2", "#e69f00", "#009e73"],
};
