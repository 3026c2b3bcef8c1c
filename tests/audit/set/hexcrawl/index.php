<?php
require __DIR__ . '/lib/session.php';
$session = load_session($_GET['id'] ?? '');
if (!$session) { header('Location: /'); exit; }
?>
<!doctype html>
<html>
<head>
  <title><?= htmlspecialchars($session['name']) ?></title>
  <link rel="stylesheet" href="/css/hexcrawl.css">
  <script src="/lib/jquery.min.js"></script>
</head>
<body>
  <div id="map" data-session="<?= (int) $session['id'] ?>"></div>
  <div id="party"></div>
  <script>
    var SESSION = <?= json_encode($session['id']) ?>;
    var lastUpdate = <?= time() ?>;

    function refreshParty() {
      $("#party").load("/party.php?id=" + SESSION);
    }
    setInterval(refreshParty, 5000); //= interval ungated

    function checkForUpdates() {
      $.get("/updates.php", { id: SESSION, since: lastUpdate }, function (data) {
        if (data.changed) {
          lastUpdate = data.now;
          $("#map").html(data.map);
        }
        setTimeout(checkForUpdates, 1500); //= timeout ungated
      }, "json");
    }
    $(checkForUpdates);

    $("#move").on("click", function () {
      $.post("/move.php", { id: SESSION }, function () {
        setTimeout(function () { location.reload(); }, 1000); //= none
      });
    });

    setInterval(function () { //= none
      $.post("/alive.php", { id: SESSION });
    }, 60000);
  </script>
  <script src="/js/weather.js"></script>
</body>
</html>
