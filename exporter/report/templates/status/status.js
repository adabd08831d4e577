// Keeps the page fresh without moving what somebody reads, and says when it is not.
"use strict";

const PAUSE = 5000; // milliseconds between two questions
const PATIENCE = 20000; // after which an answer is not waited for any longer
let tag = null; // of what is shown
let skew = 0; // milliseconds that the server's clock is ahead of ours
let known = false; // whether the skew is known
let gone = null; // since when nobody answers

const key = (one) => one.nodeType === 1 ? one.dataset.key || one.id : "";
const alike = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && key(one) === key(other);

// Makes an element like another one, changing only what differs: focus, selection, scrolling and
// what somebody opened, closed or typed stay.
function morph(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(old.localName === "details" && name === "open")) {
      old.setAttribute(name, value);
    }
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  const staying = new Set([...fresh.childNodes].map(key));
  for (const one of [...old.childNodes]) {
    if (key(one) && !staying.has(key(one))) one.remove();
  }
  const named = new Map([...old.childNodes].filter(key).map((one) => [key(one), one]));
  let next = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = named.get(key(child));
    if (same && alike(same, child)) {
      if (same === next) next = next.nextSibling;
      else old.insertBefore(same, next);
      morph(same, child);
    } else if (next && !key(next) && alike(next, child)) {
      const one = next;
      next = next.nextSibling;
      morph(one, child);
    } else {
      old.insertBefore(child, next);
    }
  }
  while (next) {
    const one = next;
    next = next.nextSibling;
    one.remove();
  }
}

function swap(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const main = fresh.getElementById("main");
  if (!main) return; // somebody else answered, as a proxy's login page
  document.title = fresh.title;
  document.getElementById("icon").href = fresh.getElementById("icon").getAttribute("href");
  document.body.dataset.evaluated = fresh.body.dataset.evaluated;
  document.body.dataset.lasting = fresh.body.dataset.lasting;
  morph(document.getElementById("main"), main);
}

function ago(seconds) {
  const unit = seconds < 90 ? "second" : seconds < 5400 ? "minute" : "hour";
  const number = Math.max(0, Math.round(seconds / { second: 1, minute: 60, hour: 3600 }[unit]));
  const format = { numeric: "always", style: "short" };
  return new Intl.RelativeTimeFormat(document.documentElement.lang, format).format(-number, unit);
}

// Says how old what is shown is; the server's clock counts, as ours may be wrong.
function tell() {
  const { evaluated, lasting } = document.body.dataset;
  const age = (Date.now() + skew) / 1000 - Number(evaluated);
  const stale = known && age > Number(lasting);
  document.getElementById("age").textContent = known ? ago(age) : "";
  document.body.classList.toggle("gone", Boolean(gone) || stale);
  const live = document.getElementById("live");
  const said = gone ? `${live.dataset.gone} (${gone})` : stale ? live.dataset.stale : "";
  live.hidden = !said;
  if (live.textContent !== said) live.textContent = said;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(location.href, { cache: "no-cache", signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const date = Date.parse(answer.headers.get("Date"));
    if (date) [skew, known] = [date - Date.now(), true];
    if (answer.headers.get("ETag") !== tag) {
      swap(await answer.text());
      tag = answer.headers.get("ETag");
    }
    gone = null;
  } catch {
    gone = gone || new Date().toLocaleTimeString();
  }
  tell();
}

async function follow() {
  for (;;) {
    await refresh();
    await new Promise((go) => setTimeout(go, PAUSE));
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    const search = document.getElementById("q");
    search.closest("details").open = true;
    search.focus();
  }
});
document.addEventListener("visibilitychange", refresh);
addEventListener("pageshow", tell);
setInterval(tell, 1000);
follow();
