<?php /** @var array $rows */ ?>
<html>
<head>
  <meta http-equiv="refresh" content="60"> <!--= markup ungated -->
  <title>Ranking</title>
</head>
<body>
<?php foreach ($rows as $i => $row): ?>
  <p><?= $i + 1 ?>. <?= htmlspecialchars($row['name']) ?></p>
<?php endforeach; ?>
<iframe id="chat" src="/chat.php"></iframe>
<script>
  window.setInterval(function () { //= interval ungated
    document.getElementById("chat").contentWindow.location.reload();
  }, 10000);
</script>
</body>
</html>
