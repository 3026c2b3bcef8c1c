(function ($) {
  "use strict";

  var icons = { rain: "☔", sun: "☀", snow: "❄" };
  var delay = 20 * 1000;

  $.fn.weather = function (options) {
    var settings = $.extend({ url: "/weather.php", every: delay }, options);
    return this.each(function () {
      var $el = $(this);
      var update = function () {
        $.ajax({
          url: settings.url,
          type: "GET",
          dataType: "json",
          success: function (data) {
            $el.text(icons[data.kind] || "?");
          },
          complete: function () {
            window.setTimeout(update, settings.every); //= timeout ungated
          },
        });
      };
      update();
    });
  };

  $(function () {
    $("#weather").weather();
    $(".drop").each(function () {
      var $drop = $(this);
      setInterval(function () { //= none
        $drop.css("top", (parseInt($drop.css("top"), 10) + 4) % 600);
      }, 40);
    });
    $(".alert").delay(3000).fadeOut();
  });
})(jQuery);
