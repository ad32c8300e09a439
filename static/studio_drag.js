// Rows that are dragged by their grips, with a mouse, a pen or a finger. Where one would
// come to stand is marked; near an edge the list goes on; Escape leaves all as it was.

import { rowOf } from "./studio_rows.js";

const EDGE_PX = 36;
const SPEED = 14;

/** `rows()` gives the list as it is; `drop(key, from, to)` is told where one was let go. */
export function dragRows(section, { rows, drop }) {
  let drag = null;

  section.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    const row = rowOf(grip);
    if (!row || event.button !== 0 || !rows()) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    // not by the grip: the window that it is in may be left behind
    section.setPointerCapture(event.pointerId);
    const from = rows().place(row);
    drag = { key: row.dataset.key, from, to: from, y: event.clientY, timer: 0, moved: false };
  });

  section.addEventListener("pointermove", (event) => {
    if (!drag || !rows()) return;
    if (!drag.moved && Math.abs(event.clientY - drag.y) < 4) return;
    if (!drag.moved) begin();
    drag.y = event.clientY;
    mark();
  });

  section.addEventListener("pointerup", () => {
    if (!drag) return;
    const { key, from, to, moved } = drag;
    end();
    if (moved && rows()) drop(key, from, to);
  });
  section.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag) return;
    event.preventDefault();
    end();
  }, true);

  function begin() {
    drag.moved = true;
    rows().of(drag.key)?.classList.add("is-lifted");
    rows().list.classList.add("is-sorted");
    drag.timer = setInterval(scroll, 30);
  }

  // The place that it would have, and the row at whose edge that is shown.
  function mark() {
    const { list, height, total } = rows();
    const box = list.getBoundingClientRect();
    const top = box.top + list.clientTop + padding(list) - list.scrollTop;
    const gap = Math.min(total, Math.max(0, Math.round((drag.y - top) / height)));
    drag.to = gap > drag.from ? gap - 1 : gap;
    clear(list);
    const at = rows().at(Math.min(gap, total - 1));
    if (at && drag.to !== drag.from) at.classList.add(gap < total ? "is-above" : "is-below");
  }

  function scroll() {
    if (!rows()) return;
    const { list } = rows();
    const box = list.getBoundingClientRect();
    if (drag.y < box.top + EDGE_PX) list.scrollTop -= SPEED;
    else if (drag.y > box.bottom - EDGE_PX) list.scrollTop += SPEED;
    else return;
    mark();
  }

  function end() {
    if (!drag) return;
    clearInterval(drag.timer);
    const { key } = drag;
    drag = null;
    if (!rows()) return;
    rows().of(key)?.classList.remove("is-lifted");
    rows().list.classList.remove("is-sorted");
    clear(rows().list);
  }

  function clear(list) {
    for (const row of list.querySelectorAll(".is-above, .is-below")) row.classList.remove("is-above", "is-below");
  }
}

function padding(list) {
  return parseFloat(getComputedStyle(list).paddingTop) || 0;
}
