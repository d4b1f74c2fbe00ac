// Keys of the drawing: arrows go from unit to unit and from layer to layer; + and − change how many
// units the layer has, Delete takes it away, Alt with arrows moves it, A puts one behind it.

/**
 * @param {Object} app
 * @param {HTMLElement} stage
 * @param {{columns: Object[], layout: {down: boolean}}} shown
 * @param {Object} editor
 */
export function drawingKeys(app, stage, shown, editor) {
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const group = event.target.closest(".network-layer");
    if (!group) return;
    const index = Number(group.dataset.index);
    if (event.altKey ? reorder(event, index) : edit(event, index) || walk(event, group)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });

  const along = () => (shown.layout.down ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"]);

  function reorder(event, index) {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (index < 0 || !by) return false;
    editor.move(index, by);
    return true;
  }

  function edit(event, index) {
    if (event.key === "a" || event.key === "A") {
      const at = index >= 0 ? index + 1 : event.target.closest(".network-layer").dataset.key === "input" ? 0 : shown.columns.length - 2;
      editor.add(at);
      return true;
    }
    if (index < 0) return false;
    if (event.key === "+" || event.key === "=") editor.widen(index, 1);
    else if (event.key === "-" || event.key === "−") editor.widen(index, -1);
    else if (event.key === "Delete" || event.key === "Backspace") editor.remove(index);
    else return false;
    return true;
  }

  function walk(event, group) {
    if (!event.key.startsWith("Arrow") && event.key !== "Home" && event.key !== "End") return false;
    const units = [...group.querySelectorAll(".network-unit, .network-box")];
    const at = units.indexOf(event.target);
    if (at < 0) return false;
    const target = aim(event.key, group, units, at);
    if (!target) return true;
    for (const unit of target.parentElement.querySelectorAll(".network-unit")) unit.tabIndex = unit === target ? 0 : -1;
    target.focus();
    return true;
  }

  function aim(key, group, units, at) {
    if (key === "Home") return units[0];
    if (key === "End") return units[units.length - 1];
    const step = along().indexOf(key);
    if (step < 0) return units[at + (key === "ArrowDown" || key === "ArrowRight" ? 1 : -1)];
    const groups = [...stage.querySelectorAll(".network-layer")];
    const other = groups[groups.indexOf(group) + (step ? 1 : -1)];
    const others = other ? [...other.querySelectorAll(".network-unit, .network-box")] : [];
    return others[Math.min(at, others.length - 1)];
  }
}
