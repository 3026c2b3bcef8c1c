<?php if ($ok): ?>
<meta http-equiv="refresh" content="0;url=/tables.php"> <!--= none -->
<?php endif; ?>
<form method="post">
  <input name="user"><input name="password" type="password">
  <button>Log in</button>
  <p id="hint"></p>
  <script>
    var hints = ["Ask your GM for the password.", "Names are case-sensitive."];
    var at = 0;
    setInterval("document.getElementById('hint').textContent = hints[at++ % hints.length]", 4000); //= none
  </script>
</form>
