// How loud it plays, kept for the next visit. Says so by the event "volume".

const KEPT = "tinyice-volume";
const slider = document.querySelector("[data-volume]");
const mute = document.querySelector("[data-mute]");
let muted = false;

function kept() {
  try {
    return localStorage.getItem(KEPT) ?? "100";
  } catch {
    return "100";
  }
}

function keep() {
  try {
    localStorage.setItem(KEPT, slider.value);
  } catch {
    // then it is as loud as can be the next time
  }
}

function tell() {
  slider.style.setProperty("--v", `${slider.value}%`);
  mute.setAttribute("aria-pressed", String(muted));
  mute.classList.toggle("is-on", muted);
  // as ears hear it: half way is half as loud
  const volume = (slider.value / 100) ** 2;
  document.dispatchEvent(new CustomEvent("volume", { detail: { volume, muted } }));
}

slider.value = kept();
slider.addEventListener("input", () => {
  muted = false;
  tell();
});
slider.addEventListener("change", keep);
mute.addEventListener("click", () => {
  muted = !muted;
  tell();
});
// when everybody listens
queueMicrotask(tell);
