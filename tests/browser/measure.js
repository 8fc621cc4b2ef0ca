// What axe does not look at, measured on a page as it stands. Each answer is a list of findings, empty where all is well.
(() => {
  const name = (el) => {
    const words = (el.innerText || el.value || el.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim();
    const mark = `${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${el.className?.trim?.() ? "." + el.className.trim().replace(/ +/g, ".") : ""}`;
    return `${mark} ${words.slice(0, 40)}`;
  };
  const isSeen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && el.getClientRects().length > 0;
  const isForEars = (el) => {
    for (let up = el; up; up = up.parentElement) if (getComputedStyle(up).clipPath === "inset(50%)") return true;
    return false;
  };
  const clips = (style, axis) => style[`overflow${axis}`] !== "visible";
  const controls = () =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter(
      (el) => isSeen(el) && !isForEars(el) && !el.disabled,
    );

  // The ring is drawn, and no ancestor cuts it (2.4.7).
  const ring = (el) => {
    el.focus({ focusVisible: true, preventScroll: false });
    const style = getComputedStyle(el);
    const width = parseFloat(style.outlineWidth);
    if (style.outlineStyle === "none" || width < 2) return "no ring";
    const reach = Math.max(0, width + parseFloat(style.outlineOffset));
    const boxes = el.getClientRects();
    for (let up = el.parentElement; up && up !== document.body; up = up.parentElement) {
      const shape = getComputedStyle(up);
      if (shape.position === "fixed") break;
      const frame = up.getBoundingClientRect();
      const inner = {
        left: frame.left + up.clientLeft - up.scrollLeft,
        top: frame.top + up.clientTop - up.scrollTop,
      };
      // What can be scrolled to is not cut; what lies beyond that is.
      const wide = shape.overflowX === "hidden" || shape.overflowX === "clip" ? up.clientWidth + up.scrollLeft : up.scrollWidth;
      const high = shape.overflowY === "hidden" || shape.overflowY === "clip" ? up.clientHeight + up.scrollTop : up.scrollHeight;
      for (const box of boxes) {
        if (clips(shape, "X") && (box.left - reach < inner.left - 0.5 || box.right + reach > inner.left + wide + 0.5)) return `cut at the side by ${name(up)}`;
        if (clips(shape, "Y") && (box.top - reach < inner.top - 0.5 || box.bottom + reach > inner.top + high + 0.5)) return `cut above or below by ${name(up)}`;
      }
    }
    return "";
  };
  const rings = () => controls().map((el) => [name(el), ring(el)]).filter(([, fault]) => fault);

  // Nothing that is read is cut off (1.4.4, 1.4.12).
  const cut = () =>
    [...document.querySelectorAll("body *")]
      .filter((el) => isSeen(el) && !isForEars(el) && !el.matches("svg, svg *, input, textarea, select, progress, [role=region][tabindex='0']"))
      .filter((el) => {
        const style = getComputedStyle(el);
        if (!/hidden|clip/.test(style.overflowX + style.overflowY) && style.webkitLineClamp === "none") return false;
        return el.scrollHeight > el.clientHeight + 1 || el.scrollWidth > el.clientWidth + 1;
      })
      .map(name);

  // Small targets (2.5.8): 24 by 24, or in a line of text, or alone within 24.
  const small = () => {
    const all = controls().filter((el) => !el.matches("[tabindex='0']"));
    const area = (el) => (el.matches("[type=checkbox], [type=radio]") && el.closest("label") ? el.closest("label") : el).getBoundingClientRect();
    const isInText = (el) =>
      getComputedStyle(el).display.startsWith("inline") &&
      [...el.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /\w/.test(node.textContent));
    const isSmall = (el) => area(el).width < 23.9 || area(el).height < 23.9;
    const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
    const isNear = (el, other) => {
      const [x, y] = middle(area(el));
      const box = area(other);
      const [a, b] = isSmall(other) ? middle(box) : [Math.min(Math.max(x, box.left), box.right), Math.min(Math.max(y, box.top), box.bottom)];
      return Math.hypot(x - a, y - b) < (isSmall(other) ? 24 : 12);
    };
    return all
      .filter((el) => isSmall(el) && !isInText(el) && all.some((other) => other !== el && !el.contains(other) && isNear(el, other)))
      .map((el) => `${name(el)} ${Math.round(area(el).width)}×${Math.round(area(el).height)}`);
  };

  // What is to be heard stands outside of whatever is swapped, or it is never said (4.1.3).
  const unheard = () => {
    const swapped = new Set();
    document.querySelectorAll("[hx-get], [hx-post]").forEach((el) => {
      const target = el.closest("[hx-target]")?.getAttribute("hx-target");
      swapped.add(target && target !== "this" ? document.querySelector(target) : el);
    });
    return [...document.querySelectorAll("[role=status], [aria-live]")]
      .filter((el) => [...swapped].some((piece) => piece?.contains(el)))
      .map(name);
  };

  // The phone's grid: a heading for each slot, a name for each table (1.3.1, 2.4.6).
  const nameless = () => [
    ...[...document.querySelectorAll("table")].filter((table) => !table.caption?.textContent.trim() && !table.getAttribute("aria-label")).map(name),
    ...[...document.querySelectorAll("table.grid tbody tr")].filter((row) => !row.querySelector("th :is(h2, h3, h4)")).map(name),
  ];

  const spread = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [sheet];
  };
  const enlarge = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":root:root:root:root { --pico-font-size: 212.5% }");
    document.adoptedStyleSheets = [sheet];
  };
  const normal = () => (document.adoptedStyleSheets = []);

  window.measure = { rings, cut, small, unheard, nameless, spread, enlarge, normal, controls };
})();
