/* The editor of a template in the browser. The page works without this file; it adds: parts are changed without leaving the place,
   the preview follows while somebody types, fields that fill themselves in are inserted where the cursor is, and what was typed is
   kept in this tab until it is saved (in sessionStorage, as keywork.js keeps drafts, and let go with them at sign-out). */
"use strict";
(() => {
  const AFTER_TYPING = 400, PATIENCE = 20000;
  const form = () => document.getElementById("editor");
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const key = () => `keywork draft ${document.body.dataset.person || ""} ${form().dataset.editor}`;
  const body = (more = {}) => {
    const sent = new URLSearchParams(new FormData(form()));
    Object.entries(more).forEach(([name, value]) => sent.set(name, value));
    return sent;
  };
  // What people typed, without what the server adds to each form.
  function typed(sent) {
    const own = new URLSearchParams(sent);
    ["csrf_token", "loaded"].forEach((name) => own.delete(name));
    return own.toString();
  }
  function announce(words) { document.getElementById("announcement").textContent = words; }
  function make(tag, traits, ...inside) {
    const element = Object.assign(document.createElement(tag), traits);
    element.append(...inside);
    return element;
  }

  async function ask(url, sent, signal) {
    const response = await fetch(url, { method: "POST", body: sent, credentials: "same-origin", headers: { Accept: "text/html" }, redirect: "manual", signal });
    return { response, text: response.type === "opaqueredirect" ? "" : await response.text() };
  }

  /* ----- What was typed is kept until it is saved ----- */

  let served = typed(body());
  function keep() {
    const now = typed(body());
    if (now === served && !form().querySelector(".error-summary")) sessionStorage.removeItem(key());
    else sessionStorage.setItem(key(), body().toString());
  }

  function offerDiscard() {
    const discard = make("button", { type: "button", className: "button button-quiet", textContent: "Discard it" });
    discard.addEventListener("click", () => { sessionStorage.removeItem(key()); location.reload(); });
    form().prepend(make("p", { className: "draft-note" }, "What you typed and did not save is back. ", discard));
  }

  async function restore() {
    const kept = sessionStorage.getItem(key()), sentToSave = sessionStorage.getItem(`${key()} sent`);
    sessionStorage.removeItem(`${key()} sent`);
    // An earlier wording that was asked for is not covered by what was typed on another.
    if (!kept || form().querySelector(".error-summary") || location.search) return;
    if (typed(kept) === served || (sentToSave && document.querySelector(".flash-success"))) return sessionStorage.removeItem(key());
    const sent = new URLSearchParams(kept);
    sent.set("csrf_token", form().elements.csrf_token.value);
    sent.set("do", "preview");
    if (await change(sent)) offerDiscard();
  }

  /* ----- Changing parts, and saving, without leaving the place ----- */

  function say(sentence, link) {
    all(".send-problem", form()).forEach((old) => old.remove());
    form().querySelector(".form-actions").prepend(make("p", { className: "send-problem", role: "alert" }, `${sentence} `, link ? make("a", link) : ""));
  }

  function busy(yes) {
    form().toggleAttribute("data-busy", yes);
    all("textarea, input:not([type=hidden])", form()).forEach((control) => { control.readOnly = yes; });
  }

  // The form of an answer in place of the one that is here; false where the answer holds none.
  function take(text) {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const came = answer.getElementById("editor");
    if (!came) {
      const lead = answer.querySelector("main .lead");
      const why = answer.querySelector("[data-sign-in]") ? "You have been signed out." : lead ? lead.textContent.trim() : "Keywork did not answer as expected.";
      say(`${why} What you typed is kept here.`, { href: location.href, textContent: "Load the page again" });
      return false;
    }
    form().replaceWith(came);
    document.getElementById("preview-page").replaceChildren(...answer.getElementById("preview-page").childNodes);
    begin();
    return true;
  }

  async function change(sent) {
    if (form().hasAttribute("data-busy")) return false;
    busy(true);
    try {
      const { response, text } = await ask(location.href, sent, AbortSignal.timeout(PATIENCE));
      if (response.type === "opaqueredirect") {
        say("You have been signed out. What you typed is kept here.", { href: location.href, textContent: "Sign in again" });
        return false;
      }
      return take(text);
    } catch {
      say("No connection. What you typed is kept here. Try again.");
      return false;
    } finally {
      busy(false);
    }
  }

  async function operate(button) {
    const part = button.closest(".template-part"), [verb] = button.value.split(":"), top = (element) => element.getBoundingClientRect().top;
    const anchor = verb === "remove" ? part.previousElementSibling : part || button.closest(".part-removed")?.previousElementSibling;
    const id = anchor && anchor.id, was = anchor && top(anchor);
    if (!await change(body({ do: button.value }))) return;
    keep();
    const same = id && document.getElementById(id);
    const touched = form().querySelector("[data-focus], [autofocus]");
    if (same) window.scrollBy(0, top(same) - was);
    let go = verb === "remove" ? form().querySelector(".part-removed button") : touched;
    if (go && go.disabled) go = go.closest(".template-part").querySelector("textarea");      // it is at the end, and goes no further
    if (go) {
      go.focus({ preventScroll: true });
      go.scrollIntoView({ block: "nearest" });
    }
    announce({ up: "Moved up", down: "Moved down", remove: "Removed", add: "Part added", back: "Part put back" }[verb] || "");
  }

  async function save() {
    keep();
    if (form().hasAttribute("data-busy")) return;
    busy(true);
    try {
      const { response, text } = await ask(location.href, body(), AbortSignal.timeout(PATIENCE));
      // Saved, or signed out: the page that comes says which, and only then what is kept here goes.
      if (response.type === "opaqueredirect") {
        sessionStorage.setItem(`${key()} sent`, "y");
        return location.assign(location.pathname);
      }
      if (take(text)) (form().querySelector(".error-summary") || form()).focus();
      keep();
    } catch {
      say("Not saved: no connection. What you typed is kept here. Try again.");
    } finally {
      busy(false);
    }
  }

  /* ----- The preview follows ----- */

  let looking = new AbortController();
  async function preview() {
    looking.abort();                                     // an earlier answer that comes late changes nothing
    looking = new AbortController();
    const { signal } = looking;
    await new Promise((go) => { setTimeout(go, AFTER_TYPING); });
    if (signal.aborted) return;
    try {
      const { response, text } = await ask(form().dataset.preview, body(), signal);
      const sheet = new DOMParser().parseFromString(text, "text/html").querySelector(".sheet");
      if (response.ok && sheet && !signal.aborted) document.getElementById("preview-page").replaceChildren(sheet);
    } catch { /* No answer this time: the next key asks again. */ }
  }

  // Beside the form, the preview shows the part that somebody is at.
  function follow(part) {
    const page = document.getElementById("preview-page");
    const shown = all(".document > h4, .document > .prose, .document > .answers > div", page)[all(".template-part", form()).indexOf(part)];
    if (!shown || page.scrollHeight <= page.clientHeight) return;
    page.scrollTop += shown.getBoundingClientRect().top - page.getBoundingClientRect().top - page.clientHeight / 3;
  }

  /* ----- Fields that fill themselves in ----- */

  let last = null;                                       // the words that somebody was at
  function insert(code) {
    const words = last && last.isConnected ? last : all("[name$=-words]", form()).filter((each) => each.type !== "hidden").pop();
    if (!words) return;
    form().querySelector("[data-insert] .more").open = false;
    words.focus();
    words.setRangeText(code, words.selectionStart, words.selectionEnd, "end");
    words.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function begin() {
    form().querySelector("[data-insert]").hidden = false;
    form().querySelector("[data-without-script]").hidden = true;
    last = null;
  }

  if (!AbortSignal.timeout) return;                      // an old browser does all of it plainly
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    if (event.submitter && event.submitter.name === "do") operate(event.submitter);
    else save();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#editor")) return;
    keep();
    preview();
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest("#editor")) return;
    if (event.target.matches("textarea[name$=-words]")) last = event.target;
    const part = event.target.closest(".template-part");
    if (part) follow(part);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert] button");
    if (button) insert(button.value);
  });
  begin();
  restore();
})();
