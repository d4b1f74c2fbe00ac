// Plays the frames of an animation, which all stand in the page; the slider leads to any of them.
"use strict";
{
  const player = document.getElementById("player");
  const frames = [...player.querySelectorAll("img")];
  const [button, slider, place] = player.querySelector(".controls").children;
  const caption = player.querySelector("figcaption");
  const { seconds, hold, play, pause } = player.dataset;
  let at = 0;
  let timer = null;

  const show = (frame) => {
    frames[at].hidden = true;
    at = frame;
    frames[at].hidden = false;
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", frames[at].alt);
    place.textContent = `${at + 1}/${frames.length}`;
    caption.textContent = frames[at].alt;
  };
  const wait = () => {
    const stands = at === frames.length - 1 ? hold : seconds;
    timer = setTimeout(() => { show((at + 1) % frames.length); wait(); }, 1000 * stands);
  };
  const stop = () => { clearTimeout(timer); timer = null; button.textContent = play; };
  const start = () => { button.textContent = pause; wait(); };

  button.addEventListener("click", () => (timer === null ? start() : stop()));
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  show(0);
  // Whoever asked the system for less motion starts it by hand.
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) start();
}
