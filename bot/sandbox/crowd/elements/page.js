// The bar above a task: counts down, and says so when the time is over.

const shown = document.querySelector(".time");
const end = performance.now() + Number(shown.dataset.seconds) * 1000;
const words = shown.querySelector("strong");

function tick() {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor(left / 60) % 60;
  const two = (number) => String(number).padStart(2, "0");
  words.textContent = hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
  shown.classList.toggle("soon", left <= 30);
  if (left > 0) {
    window.setTimeout(tick, 500);
    return;
  }
  const note = document.createElement("p");
  note.className = "crowd-fault";
  note.setAttribute("role", "alert");
  const next = document.createElement("a");
  next.href = window.location.pathname;
  next.textContent = "Go to the next task";
  note.append("The time for this task is over; it went back to the others. ", next);
  document.querySelector("#task").before(note);
}

tick();
