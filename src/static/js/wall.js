// <main data-wall="url" data-wall-lost="words with {}">: asks for the wall anew every 15 s and keeps what it shows while the
// server is away, saying since when. ES5 and XMLHttpRequest, because televisions are old; once an hour the whole page.
(function () {
  var wall = document.getElementById("wall");
  var lost = document.getElementById("wall-lost");
  var etag = "";
  var seen = new Date();
  var EVERY = 15000;
  var WHOLE = 3600000;

  function two(number) { return number < 10 ? "0" + number : String(number); }

  function say() {
    lost.textContent = wall.getAttribute("data-wall-lost").replace("{}", two(seen.getHours()) + ":" + two(seen.getMinutes()));
    lost.removeAttribute("hidden");
  }

  function show(page) {
    while (wall.firstChild) { wall.removeChild(wall.firstChild); }
    while (page.firstChild) { wall.appendChild(document.adoptNode(page.firstChild)); }
  }

  function found(request) {
    seen = new Date();
    lost.setAttribute("hidden", "");
    if (request.status === 200) {
      etag = request.getResponseHeader("ETag") || "";
      show(request.response.body);
    }
  }

  function ask() {
    var request = new XMLHttpRequest();
    request.open("GET", wall.getAttribute("data-wall"));
    request.responseType = "document";
    request.timeout = 10000;
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("Muster-Poll", "1");
    if (etag) { request.setRequestHeader("If-None-Match", etag); }
    request.onload = function () {
      if (request.status === 200 || request.status === 304) { found(request); }
      // Taken back or expired: the page itself says so.
      else if (request.status === 410 || request.status === 404) { window.location.reload(); }
      else { say(); }
    };
    request.onerror = say;
    request.ontimeout = say;
    request.send();
  }

  window.addEventListener("online", ask);
  window.addEventListener("offline", say);
  window.setInterval(ask, EVERY);
  window.setInterval(function () { if (lost.hasAttribute("hidden")) { window.location.reload(); } }, WHOLE);
}());
