// SVG files: well formed whatever the texts are, with paths, colours and places as a canvas has them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createSvgContext } from "../../../src/axone/playground/page/draw/svg_context.js";
import { escaped, fontOf, opaque, round } from "../../../src/axone/playground/page/draw/svg_text.js";

/** Read a small XML document into nested elements; it fails where it is not well formed. */
function parsed(text) {
  const root = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const marks = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/gu;
  let at = 0;
  for (const found of text.matchAll(marks)) {
    assert.equal(found.index, at, `nothing is left out at ${at}`);
    at += found[0].length;
    const [, end, name, told, closed, words, lone] = found;
    assert.equal(lone, undefined, "no bare <");
    if (words !== undefined) {
      assert.doesNotMatch(words, /&(?!(amp|lt|gt|quot);)/, "no bare &");
      open.at(-1).text += words;
    } else if (end) {
      assert.equal(open.pop().name, name);
    } else {
      const pairs = [...told.matchAll(/([\w:-]+)="([^"]*)"/gu)].map(([, key, value]) => [key, value]);
      assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, "no attribute twice");
      const element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      open.at(-1).children.push(element);
      if (!closed) open.push(element);
    }
  }
  assert.equal(at, text.length);
  assert.equal(open.length, 1, "every element is closed");
  assert.equal(root.children.length, 1);
  return root.children[0];
}

/** The elements that a drawing leaves, without title and ground. */
function drawn(draw, how, options) {
  const context = createSvgContext(100, 50, how);
  draw(context);
  const svg = parsed(context.toText(options));
  return svg.children.filter((element) => element.name !== "title").slice(1);
}

test("a picture says its size, its title and its ground", () => {
  const svg = parsed(createSvgContext(100, 50).toText({ title: "a < b & c", ground: "#fefefe" }));
  assert.equal(svg.name, "svg");
  assert.deepEqual(
    [svg.attributes.width, svg.attributes.height, svg.attributes.viewBox, svg.attributes.xmlns],
    ["100", "50", "0 0 100 50", "http://www.w3.org/2000/svg"],
  );
  assert.equal(svg.children[0].text, "a &lt; b &amp; c");
  assert.equal(svg.children[1].attributes.fill, "#fefefe");
});

test("lines have their colour, width and dash", () => {
  const [path] = drawn((context) => {
    context.strokeStyle = "#0072b2";
    context.lineWidth = 2;
    context.setLineDash([6, 3]);
    context.beginPath();
    context.moveTo(1, 2);
    context.lineTo(10.126, 20);
    context.bezierCurveTo(1, 2, 3, 4, 5, 6);
    context.closePath();
    context.stroke();
  });
  assert.deepEqual(path.attributes, {
    d: "M1 2L10.13 20C1 2 3 4 5 6Z", fill: "none", stroke: "#0072b2", "stroke-width": "2", "stroke-dasharray": "6 3",
  });
});

test("a path without a beginning begins where its first line ends, as on a canvas", () => {
  const [path] = drawn((context) => {
    context.beginPath();
    context.lineTo(3, 4);
    context.lineTo(5, 6);
    context.stroke();
  });
  assert.equal(path.attributes.d, "M3 4L5 6");
});

test("scales and shifts are those of when a point was set", () => {
  const [path, text] = drawn((context) => {
    context.save();
    context.translate(10, 20);
    context.scale(2, 2);
    context.beginPath();
    context.moveTo(1, 1);
    context.lineTo(2, 3);
    context.lineWidth = 3;
    context.stroke();
    context.font = "10px serif";
    context.fillText("x", 1, 1);
    context.restore();
  });
  assert.equal(path.attributes.d, "M12 22L14 26");
  assert.equal(path.attributes["stroke-width"], "6");
  assert.deepEqual([text.attributes.x, text.attributes.y, text.attributes["font-size"]], ["12", "22", "20"]);
});

test("restore takes back colours, dashes and shifts alike", () => {
  const [inner, outer] = drawn((context) => {
    const square = () => {
      context.beginPath();
      context.rect(0, 0, 1, 1);
      context.stroke();
    };
    context.strokeStyle = "#111111";
    context.save();
    context.strokeStyle = "#222222";
    context.setLineDash([1, 1]);
    context.translate(5, 5);
    square();
    context.restore();
    square();
  });
  assert.equal(inner.attributes.d, "M5 5L6 5L6 6L5 6Z");
  assert.equal(inner.attributes.stroke, "#222222");
  assert.equal(outer.attributes.d, "M0 0L1 0L1 1L0 1Z");
  assert.equal(outer.attributes.stroke, "#111111");
  assert.equal(outer.attributes["stroke-dasharray"], undefined);
});

/** Points on the arcs of a path, by the parametrisation of SVG's own specification (F.6.5). */
function pointsOfArcs(d) {
  const points = [];
  let [x, y] = [0, 0];
  for (const [, letter, numbers] of d.matchAll(/([MLAZ])([^MLAZ]*)/g)) {
    const values = numbers.trim().split(/\s+/).map(Number);
    if (letter === "A") {
      const [r, , , large, sweep, ex, ey] = values;
      const [hx, hy] = [(x - ex) / 2, (y - ey) / 2];
      const half = Math.hypot(hx, hy);
      const lift = Math.sqrt(Math.max(0, (r * r - half * half) / (half * half))) * (large === sweep ? -1 : 1);
      const [cx, cy] = [lift * hy + (x + ex) / 2, -lift * hx + (y + ey) / 2];
      const [from, until] = [Math.atan2(y - cy, x - cx), Math.atan2(ey - cy, ex - cx)];
      let turn = until - from;
      if (sweep && turn < 0) turn += 2 * Math.PI;
      if (!sweep && turn > 0) turn -= 2 * Math.PI;
      for (let step = 0; step <= 8; step += 1) {
        const angle = from + (turn * step) / 8;
        points.push([cx + r * Math.cos(angle), cy + r * Math.sin(angle)]);
      }
    }
    if (values.length > 1) [x, y] = values.slice(-2);
  }
  return points;
}

for (const [from, until, backwards] of [
  [0, 2 * Math.PI, false],
  [0, Math.PI / 2, false],
  [0, Math.PI / 2, true],
  [-1, 3, false],
  [1, -2, true],
  [0.5, 0.5 + Math.PI, false],
]) {
  test(`an arc from ${from} to ${until}${backwards ? " backwards" : ""} goes the way of a canvas's`, () => {
    const [path] = drawn((context) => {
      context.beginPath();
      context.arc(50, 25, 10, from, until, backwards);
      context.fill();
    });
    const points = pointsOfArcs(path.attributes.d);
    let turn = backwards ? from - until : until - from;
    while (turn < 0) turn += 2 * Math.PI;
    const angles = points.map(([x, y]) => Math.atan2(y - 25, x - 50));
    for (const [x, y] of points) assert.ok(Math.abs(Math.hypot(x - 50, y - 25) - 10) < 0.02);
    let walked = 0;
    for (let i = 1; i < angles.length; i += 1) {
      let step = (angles[i] - angles[i - 1]) * (backwards ? -1 : 1);
      while (step < -0.01) step += 2 * Math.PI;
      walked += step;
    }
    assert.ok(Math.abs(walked - turn) < 0.02, `${walked} of ${turn}`);
    assert.ok(Math.abs(Math.cos(angles[0]) - Math.cos(from)) < 0.01);
  });
}

test("texts stay texts, with their font and their place", () => {
  const [text] = drawn((context) => {
    context.font = '600 12px system-ui, "Segoe UI", sans-serif';
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = "#5c6166";
    context.fillText('<tag> & "words" ∂L/∂w', 40, 20);
  });
  assert.equal(text.text, "&lt;tag&gt; &amp; &quot;words&quot; ∂L/∂w");
  const { attributes } = text;
  assert.deepEqual(
    [attributes["font-weight"], attributes["font-size"], attributes["font-family"], attributes["text-anchor"]],
    ["600", "12", "system-ui, 'Segoe UI', sans-serif", "end"],
  );
  assert.equal(attributes.x, "40");
  assert.ok(Number(attributes.y) > 22 && Number(attributes.y) < 26, "the line of a text set in its middle lies below");
});

test("hostile texts make no marks, and what XML cannot hold is replaced", () => {
  const nasty = `"/><script>alert(1)</script>\u0000\ud800]]>`;
  const context = createSvgContext(10, 10);
  context.fillStyle = nasty;
  context.font = `12px ${nasty}`;
  context.fillText(nasty, 0, 0);
  const svg = parsed(context.toText({ title: nasty }));
  assert.deepEqual(svg.children.map((element) => element.name), ["title", "rect", "text"]);
  assert.match(svg.children[2].text, /�/);
});

test("an image is embedded where it is drawn, in its size there", () => {
  const asked = [];
  const encode = (image, part) => {
    asked.push([image.name, part]);
    return "data:image/png;base64,AAAA";
  };
  const [whole, part] = drawn((context) => {
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 0.5;
    context.drawImage({ name: "a", width: 4, height: 3 }, 1, 2);
    context.globalAlpha = 1;
    context.imageSmoothingEnabled = true;
    context.scale(1, 2);
    context.drawImage({ name: "b", width: 4, height: 3 }, 0, 1, 2, 2, 10, 5, 20, 10);
  }, { encode });
  assert.deepEqual(asked, [["a", undefined], ["b", [0, 1, 2, 2]]]);
  assert.deepEqual(whole.attributes, {
    x: "1", y: "2", width: "4", height: "3", preserveAspectRatio: "none", opacity: "0.5",
    "image-rendering": "pixelated", href: "data:image/png;base64,AAAA",
  });
  const { x, y, width, height } = part.attributes;
  assert.deepEqual([x, y, width, height], ["10", "10", "20", "20"]);
});

test("clearing everything forgets what was drawn; clearing a part shows the ground", () => {
  const left = drawn((context) => {
    context.fillRect(0, 0, 5, 5);
    context.clearRect(0, 0, 100, 50);
    context.fillRect(1, 1, 2, 2);
    context.clearRect(0, 0, 10, 10);
  }, {}, { ground: "#fafafa" });
  assert.deepEqual(left.map(({ attributes }) => [attributes.width, attributes.fill]), [["2", "#000000"], ["10", "#fafafa"]]);
});

test("a text is measured by who knows the letters", () => {
  const context = createSvgContext(1, 1, { measure: (text, font) => text.length * (font.startsWith("20px") ? 2 : 1) });
  context.font = "20px serif";
  assert.equal(context.measureText("four").width, 8);
});

test("a text with no room is set closer, as on a canvas", () => {
  const [text] = drawn((context) => context.fillText("word", 0, 0, 2), { measure: () => 8 });
  assert.equal(text.attributes.textLength, "2");
});

test("colours of CSS become those that every viewer knows", () => {
  assert.deepEqual(opaque("#0072b2", 1), { color: "#0072b2", alpha: 1 });
  assert.deepEqual(opaque("rgb(0 114 178 / 0.5)", 0.5), { color: "#0072b2", alpha: 0.25 });
  assert.deepEqual(opaque("rgba(255, 0, 0, 50%)", 1), { color: "#ff0000", alpha: 0.5 });
  assert.equal(opaque("#ff000080", 1).alpha.toFixed(2), "0.50");
  assert.deepEqual(opaque("black", 1), { color: "black", alpha: 1 });
});

test("numbers are short, and what is none is 0", () => {
  assert.deepEqual([1, 0.005, -0.001, 1 / 3, NaN, Infinity].map(round), ["1", "0.01", "0", "0.33", "0", "0"]);
});

test("a font is taken apart", () => {
  assert.deepEqual(fontOf("italic bold 11.5px Arial"), { size: 11.5, family: "Arial", weight: "bold", style: "italic" });
  assert.equal(escaped("😀"), "😀");
});

test("a margin is ground around the drawing, which stays where it was", () => {
  const context = createSvgContext(100, 50, { margin: 12 });
  context.fillRect(0, 0, 1, 1);
  const svg = parsed(context.toText());
  assert.deepEqual([svg.attributes.width, svg.attributes.height, svg.attributes.viewBox], ["124", "74", "-12 -12 124 74"]);
  assert.deepEqual([svg.children[0].attributes.x, svg.children[0].attributes.width], ["-12", "124"]);
  assert.equal(svg.children[1].attributes.x, "0");
});
