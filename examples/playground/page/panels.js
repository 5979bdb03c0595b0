// The controls, made from their list, and the code beside them.

function controlPanel(form, v, change, restart) {
  const rows = [];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const refused = make("p", { class: "refused", id: "refused", role: "alert" });
  const choice = make("select", { id: "preset" }, ...PRESETS.map(([name, label]) => make("option", { value: name }, label)));
  choice.addEventListener("change", () => {
    const [, , values] = PRESETS.find(([name]) => name === choice.value);
    Object.assign(v, DEFAULTS, values);
    refresh();
    restart();
  });
  form.append(make("div", { class: "row" }, make("label", { for: "preset" }, "Start from"), choice), refused);

  function control(set, [name, , values, label, format, used]) {
    const id = `set-${name}`;
    const row = make("div", { class: "row" }, make("label", { for: id }, label));
    let [input, read, write, output] = [null, null, null, null];
    if (values === null) {
      input = make("input", { type: "checkbox", id });
      [read, write] = [() => input.checked, () => { input.checked = v[name]; }];
    } else if (values === "text") {
      input = make("input", { type: "text", id, spellcheck: "false" });
      [read, write] = [() => input.value, () => { input.value = v[name]; }];
    } else if (Array.isArray(values[0])) {
      input = make("select", { id }, ...values.map(([value, text]) => make("option", { value }, text)));
      [read, write] = [() => input.value, () => { input.value = v[name]; }];
    } else {
      input = make("input", { type: "range", id, min: 0, max: values.length - 1, step: 1 });
      output = make("output", { for: id });
      read = () => values[Number(input.value)];
      write = () => {
        input.value = values.indexOf(v[name]);
        const text = String(format(v[name]));
        tell(output, text);
        input.setAttribute("aria-valuetext", text);
      };
    }
    input.addEventListener(values === "text" ? "change" : "input", () => { v[name] = read(); refresh(); change(); });
    row.append(...(output ? [output, input] : [input]));
    set.append(row);
    rows.push({ row, write, used });
  }
  for (const [title, controls] of GROUPS) {
    const group = make("details", { class: "group" }, make("summary", {}, title));
    const set = make("div", { role: "group", "aria-label": title });
    // On a phone they would be a long way to the code.
    group.open = title === GROUPS[0][0] || matchMedia("(min-width: 44rem)").matches;
    controls.forEach((each) => control(set, each));
    group.append(set);
    form.append(group);
  }
  form.addEventListener("submit", (event) => event.preventDefault());

  function refresh() {
    for (const { row, write, used } of rows) {
      row.hidden = used ? !used(v) : false;
      write();
    }
  }
  refresh();
  return { refresh };
}

function codePanel(v) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  let chosen = "static";
  function show() {
    const [text, note] = CODE[chosen];
    tell($("code"), text(v));
    tell($("code-note"), note);
    for (const tab of tabs) {
      const is = tab.dataset.code === chosen;
      tab.setAttribute("aria-selected", is);
      tab.tabIndex = is ? 0 : -1;
      if (is) $("code").setAttribute("aria-labelledby", tab.id);
    }
  }
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => { chosen = tab.dataset.code; show(); });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  });
  $("copy").addEventListener("click", async () => {
    const said = (text) => { tell($("copied"), ""); tell($("copied"), text); tell($("copy"), text); setTimeout(() => tell($("copy"), "Copy"), 2000); };
    try {
      await navigator.clipboard.writeText($("code").textContent);
      said("Copied");
    } catch {
      getSelection().selectAllChildren($("code"));
      said(document.execCommand("copy") ? "Copied" : "Selected: copy it");
    }
  });
  return { show };
}
