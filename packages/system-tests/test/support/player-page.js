// Runs in the page, beside hls.js.

/** Plays a master playlist to its end, and tells what was seen; rejects at a fatal error. */
globalThis.play = async (url) => {
  const video = document.body.appendChild(document.createElement("video"));
  const times = [];
  const player = new Hls();
  const ended = new Promise((resolve, reject) => {
    player.on(Hls.Events.ERROR, (_event, { fatal, type, details }) => {
      if (fatal) reject(new Error(`${type}: ${details}`));
    });
    video.addEventListener("error", () => reject(new Error(video.error.message)));
    video.addEventListener("timeupdate", () => times.push(video.currentTime));
    video.addEventListener("ended", resolve);
  });
  // What it gives never settles where loading fails, so nobody waits for it.
  player.on(Hls.Events.MANIFEST_PARSED, () => void video.play().catch(() => {}));
  player.loadSource(url);
  player.attachMedia(video);
  await ended;
  return {
    times,
    duration: video.duration,
    width: video.videoWidth,
    height: video.videoHeight,
    levels: player.levels.length,
    audioTracks: player.audioTracks.length,
    audioBytes: video.webkitAudioDecodedByteCount,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
  };
};
