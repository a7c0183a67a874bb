// Copies a link at a press, and selects it whole on focus where the clipboard is out of reach.

for (const input of document.querySelectorAll("input.link")) {
  const button = input.parentElement.querySelector("button.copy");
  input.addEventListener("focus", () => input.select());
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
    }
  });
}
