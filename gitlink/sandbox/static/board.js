"use strict";
/* Keeps the board live: asks once a second for its columns and moves the cards that have moved. */

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const live = document.getElementById("live");
const news = document.getElementById("news");
const address = "/_sandbox/board" + location.search;
let tag = "";

live.hidden = false;

function columnOf(card) {
  return card.closest(".column").dataset.name;
}

/* Slide a card from where it was. */
function slide(card, before) {
  const after = card.getBoundingClientRect();
  const x = before.left - after.left;
  const y = before.top - after.top;
  if (calm.matches || (!x && !y)) return;
  card.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 450, easing: "ease" });
}

/* Give a card that is there already its new inside; what was open stays open. */
function refill(card, wanted) {
  if (card.dataset.mark === wanted.dataset.mark) return;
  const open = card.querySelector("details").open;
  card.replaceChildren(...wanted.childNodes);
  card.querySelector("details").open = open;
  card.dataset.mark = wanted.dataset.mark;
  card.classList.add("fresh");
  setTimeout(() => card.classList.remove("fresh"), 2000);
}

function show(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement && document.activeElement.closest(".card");
  const cards = new Map([...document.querySelectorAll(".card")].map((card) => [card.id, card]));
  const places = new Map([...cards].map(([id, card]) => [id, [card.getBoundingClientRect(), columnOf(card)]]));
  const said = [];
  for (const wanted of next.querySelectorAll(".card")) {
    const card = cards.get(wanted.id);
    if (!card) continue;
    refill(card, wanted);
    wanted.replaceWith(card);
  }
  document.getElementById("board").replaceWith(next.getElementById("board"));
  document.getElementById("messages").replaceWith(next.getElementById("messages"));
  for (const card of document.querySelectorAll(".card")) {
    if (!places.has(card.id)) continue;
    const [before, column] = places.get(card.id);
    slide(card, before);
    if (column !== columnOf(card)) said.push(`${card.querySelector(".key").textContent}: ${column} → ${columnOf(card)}`);
  }
  if (focused && focused.isConnected) focused.querySelector("summary").focus({ preventScroll: true });
  if (said.length) news.textContent = said.join(" · ");
}

async function look() {
  try {
    const answer = await fetch(address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      show(await answer.text());
      tag = answer.headers.get("ETag");
    }
    live.classList.remove("off");
  } catch {
    live.classList.add("off");
  }
  setTimeout(look, 1000);
}

look();
