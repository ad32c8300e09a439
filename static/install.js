// A button that makes an app of the page, where the browser offers that.

const button = document.querySelector("[data-install]");

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  button.hidden = false;
  button.onclick = async () => {
    await event.prompt();
    button.hidden = true;
  };
});
addEventListener("appinstalled", () => {
  button.hidden = true;
});
