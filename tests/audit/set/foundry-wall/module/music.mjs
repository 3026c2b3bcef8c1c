export class MusicBar extends Application {
  static get defaultOptions() {
    return foundry.utils.mergeObject(super.defaultOptions, { template: "modules/foundry-wall/templates/music.hbs" });
  }

  activateListeners(html) {
    super.activateListeners(html);
    this.progress = setInterval(() => { //= none
      const sound = game.playlists.playing[0]?.sounds.find((it) => it.playing)?.sound;
      if (sound) html.find("progress").val(sound.currentTime / sound.duration);
    }, 500);
    canvas.app.ticker.add(() => { //= none
      html[0].style.setProperty("--glow", Math.abs(Math.sin(Date.now() / 500)));
    });
  }

  async close(options) {
    clearInterval(this.progress);
    return super.close(options);
  }
}
