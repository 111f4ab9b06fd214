/* Keywork in the browser. Every page works without this file; it adds six comforts:
   text not yet sent is kept, forms marked data-send are sent without leaving the page, choices of one among many rows search
   while somebody types, everybody on a page is ticked at once, menus close by Escape, what is under way is looked at again.
   Drafts live in sessionStorage (this tab only) under the person and the form's data-draft, which names case and stream.
   A form with data-draft has data-send too: only so is it known when the server has accepted the text. */
"use strict";
(() => {
  const PREFIX = "keywork draft ";
  const person = document.body.dataset.person || "";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const addressOfPage = () => location.pathname + location.search;
  let shown = addressOfPage();   // of which page this is, whatever the address bar says after going back
  function make(tag, traits, ...inside) {
    const element = Object.assign(document.createElement(tag), traits);
    element.append(...inside);
    return element;
  }

  /* ----- Drafts ----- */

  const draftKey = (form) => `${PREFIX}${person} ${form.dataset.draft}`;
  // What is typed or ticked; choices that search have their own (`picks`), and what was searched for is no draft.
  // Boxes that share a name are told apart by what they stand for.
  const keptAs = (control) => (control.type === "checkbox" ? `${control.name} ${control.value}` : control.name);
  const controls = (form) => all("textarea, select, input:not([type=hidden])", form).filter((control) => control.name && !control.closest("[data-choosing]"));

  function changed(control) {
    if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
    if (control.tagName === "SELECT") return control.value !== (control.querySelector("option[selected]") || control.options[0] || control).value;
    return control.value !== control.defaultValue;
  }

  const revisionOf = (form) => form.elements.revision && form.elements.revision.value;
  const refused = (form) => form.querySelector("[aria-invalid=true], .error-summary");   // such a form came with what was typed

  function keepDraft(form) {
    if (!refused(form) && !controls(form).some(changed) && !all("[data-choosing]", form).flatMap(picks).some(changed)) return sessionStorage.removeItem(draftKey(form));
    const values = Object.fromEntries(controls(form).filter((control) => control.type !== "radio" || control.checked)
      .map((control) => [keptAs(control), control.type === "checkbox" ? control.checked : control.value]));
    // The record's own id goes along: text whose answer was lost is sent again as the same record, not as a second one.
    // So does the revision that was seen: text over which somebody has saved since then is not sent as if it were newer.
    const { id, revision } = form.elements;
    sessionStorage.setItem(draftKey(form), JSON.stringify({ values, chosen: chosenIn(form), id: id ? id.value : null, revision: revision ? revision.value : null }));
  }

  function restoreDraft(form) {
    const kept = sessionStorage.getItem(draftKey(form));
    if (!kept || refused(form)) return;
    const { values, chosen = {}, id, revision } = JSON.parse(kept);
    const served = revisionOf(form);
    controls(form).forEach((control) => {
      const value = values[keptAs(control)];
      if (control.type === "checkbox") control.checked = Boolean(value);
      else if (control.type === "radio") control.checked = control.value === value;   // by its value: choices may have changed
      else if (value !== undefined) control.value = value;
    });
    restoreChosen(form, chosen);
    if (id && form.elements.id) form.elements.id.value = id;
    if (revision && served) form.elements.revision.value = revision;
    if (form.closest("details")) form.closest("details").open = true;
    const discard = make("button", { type: "button", className: "button button-quiet", textContent: "Discard it" });
    const note = make("p", { className: "draft-note" }, "Your unsent text is back. ", discard);
    discard.addEventListener("click", () => {
      form.reset();
      if (served) form.elements.revision.value = served;
      sessionStorage.removeItem(draftKey(form));
      note.remove();
      controls(form)[0].focus();
    });
    form.querySelector(".form-actions").before(note);
  }

  function forgetDrafts(which) {
    Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX) && which(key)).forEach((key) => sessionStorage.removeItem(key));
  }

  /* ----- Choices that search (views/choosing.py): radios or checkboxes with a search box above them ----- */

  const MOST_OFFERED = 20;
  const picks = (field) => all(".choosing-list input", field);
  const pick = (field, { id, label }) => make("label", { className: "choice" },
    make("input", { type: field.dataset.kind, name: field.dataset.name, value: id }), make("span", { textContent: label }));

  function offer(field, found, words) {
    const list = field.querySelector(".choosing-list");
    // The chosen stay, and so do those that were chosen when the page came: a reset finds them again. So does the one that
    // somebody's keyboard is on. They are not moved, which would take the focus away.
    const leaving = picks(field).filter((each) => !each.checked && !each.defaultChecked && each !== document.activeElement);
    list.style.minHeight = `${list.getBoundingClientRect().height}px`;      // nothing below jumps
    leaving.forEach((each) => each.closest("label").remove());
    const there = new Set(picks(field).map((each) => each.value));
    list.append(...found.filter(({ id }) => !there.has(id)).map((each) => pick(field, each)));
    list.scrollTop = 0;
    field.querySelector(".choosing-found").textContent = found.length >= MOST_OFFERED ? `The first ${MOST_OFFERED}. Type more to find others.`
      : found.length ? `${found.length} found` : `Nothing matches “${words}”.`;
  }

  let looking = new AbortController();

  async function look(box, after) {
    looking.abort();                                     // an earlier answer that comes late changes nothing
    looking = new AbortController();
    const { signal } = looking;
    const field = box.closest("[data-choosing]");
    await new Promise((go) => { setTimeout(go, after); });
    if (signal.aborted) return;
    try {
      const response = await fetch(`${field.dataset.choosing}?q=${encodeURIComponent(box.value)}`, { headers: { Accept: "application/json" }, signal });
      offer(field, await response.json(), box.value.trim());
    } catch {                                            // no answer, or a page (signed out) where a list should be
      if (!signal.aborted) field.querySelector(".choosing-found").textContent = "The search did not answer. Try again, or load the page again.";
    }
  }

  // By label too: what was chosen is perhaps not among the rows that the page comes with.
  const chosenIn = (form) => Object.fromEntries(all("[data-choosing]", form).map((field) => [field.dataset.name,
    picks(field).filter((each) => each.checked).map((each) => ({ id: each.value, label: each.closest("label").textContent.trim() }))]));

  function restoreChosen(form, chosen) {
    all("[data-choosing]", form).forEach((field) => {
      const kept = chosen[field.dataset.name] || [];
      const absent = kept.filter(({ id }) => !picks(field).some((each) => each.value === id));
      field.querySelector(".choosing-list").prepend(...absent.map((each) => pick(field, each)));
      picks(field).forEach((each) => { each.checked = kept.some(({ id }) => id === each.value); });
    });
  }

  // Here the button searches at once, and the one for Enter is not needed: the first that submits is the one that people see.
  const searchHere = (root) => {
    all("[data-choosing] [name=find]", root).forEach((button) => { button.type = "button"; });
    all("button[name=enter]", root).forEach((button) => button.remove());
  };
  const searchBox = (element) => element.closest("[data-choosing]").querySelector("[type=search]");

  /* ----- Sending without leaving the page ----- */

  function say(form, button, sentence, link) {
    all(".send-problem", form).forEach((old) => old.remove());
    form.querySelector(".form-actions").prepend(make("p", { className: "send-problem", role: "alert" }, `${sentence} `, link ? make("a", link) : ""));
    (button || form.querySelector(".form-actions [type=submit]")).textContent = "Try again";
  }

  function show(answer, response, form) {
    const main = answer.querySelector("main");
    const summary = main.querySelector(".error-summary");
    const place = form.closest("[data-place]");
    const top = window.scrollY;
    // What comes back refused in a newer revision was saved before it was refused: kept here it would pass for text of before that.
    const back = all("form[data-draft]", main).find((each) => each.dataset.draft === form.dataset.draft);
    if (!summary || (back && revisionOf(back) !== revisionOf(form))) sessionStorage.removeItem(draftKey(form));
    document.querySelector("main").replaceWith(main);
    searchHere(main);
    document.title = answer.title;
    if (response.redirected && response.url !== location.href) {
      history.pushState(null, "", response.url);
      shown = addressOfPage();
    }
    all("form[data-draft]", main).forEach(restoreDraft);
    if (summary) return summary.focus();
    const flashes = main.querySelector(".flashes");
    const same = place && main.querySelector(`#${CSS.escape(place.id)}`);
    if (same && flashes) same.prepend(flashes);        // the message stands where the person is working
    window.scrollTo(0, same ? top : 0);
    (same || flashes || main).focus({ preventScroll: Boolean(same) });
    document.getElementById("announcement").textContent = flashes ? flashes.textContent.trim() : "Saved";
  }

  function busy(form, yes) {
    form.toggleAttribute("data-busy", yes);
    controls(form).forEach((control) => { control.readOnly = yes; });   // nothing typed meanwhile gets lost
  }

  async function send(form, button) {
    if (form.hasAttribute("data-busy")) return;
    keepDraft(form);
    busy(form, true);
    const sent = new URLSearchParams(new FormData(form));
    if (button && button.name) sent.append(button.name, button.value);
    let response, text;
    try {
      response = await fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: sent, credentials: "same-origin",
        headers: { Accept: "text/html" }, signal: AbortSignal.timeout(20000),
      });
      text = await response.text();
    } catch {                                            // fetch throws only when no answer came
      return say(form, button, "Not saved: no connection. Your text is kept here. Try again.");
    } finally {
      busy(form, false);
    }
    const answer = new DOMParser().parseFromString(text, "text/html");
    const main = answer.querySelector("main");
    if (answer.querySelector("[data-sign-in]")) {
      say(form, button, "Not saved: you have been signed out. Your text is kept here.", { href: location.href, textContent: "Sign in again" });
    } else if (!main || (!response.ok && !main.querySelector(".error-summary"))) {
      const lead = main && main.querySelector(".lead");
      say(form, button, `Not saved. ${lead ? lead.textContent.trim() : "Keywork did not answer as expected."} Your text is kept here.`, { href: location.href, textContent: "Load the page again" });
    } else {
      show(answer, response, form);
    }
  }

  /* ----- What is under way: the page shows how far it is, without leaving the place where somebody reads ----- */

  const LOOK_AGAIN = 3000;
  const underWay = (root) => root.querySelector("[data-under-way]");

  async function lookAgain() {
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      const was = underWay(document), now = underWay(answer);
      if (!was || !response.ok || response.redirected) return;               // signed out, or no longer there: what is read stays
      if (!now || now.textContent !== was.textContent) {
        document.querySelector("main").replaceWith(answer.querySelector("main"));
        document.getElementById("announcement").textContent = (now || document.querySelector("h1")).textContent.trim();
      }
      if (!now) return;
    } catch { /* No answer this time. */ }
    setTimeout(lookAgain, LOOK_AGAIN);
  }

  /* ----- What the page listens to ----- */
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) keepDraft(form);
    if (event.target.matches("[data-choosing] [type=search]")) look(event.target, 200);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) forgetDrafts(() => true);
    if (!event.target.matches("[data-send]")) return;
    if (!AbortSignal.timeout) return sessionStorage.removeItem(draftKey(event.target));   // an old browser sends it plainly
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-choosing] [type=search]")) {
      event.preventDefault();
      look(event.target, 0);
    }
    const menu = event.key === "Escape" && document.querySelector("details.more[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-choosing] [name=find]")) look(searchBox(event.target), 0);
    if (event.target.matches("[data-tick-all]")) all(".tick input", event.target.form).forEach((box) => { box.checked = true; });
    all("details.more[open]").filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
  });
  // Back to another page than the one that is shown; a link inside this one is told of as well.
  window.addEventListener("popstate", () => { if (addressOfPage() !== shown) location.reload(); });

  if (person) forgetDrafts((key) => !key.startsWith(`${PREFIX}${person} `));   // somebody else signed in on this tab
  searchHere(document);
  if (underWay(document)) setTimeout(lookAgain, LOOK_AGAIN);
  all("[data-tick-all]").forEach((button) => { button.hidden = false; });
  all("form[data-draft]").forEach(restoreDraft);
})();
