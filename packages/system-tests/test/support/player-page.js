// Runs in the page, beside hls.js and Shaka Player.

const FASTER = 4;
const STANDS_STILL_MS = 25_000;

/**
 * Plays a master playlist to its end in both players at once, each picture size with one of the sound tracks and the
 * first subtitles, until every rendition was played. Rejects at the first error of a player.
 */
globalThis.play = async (url) => {
  const [hls, shaka] = await Promise.all([everyRendition(playInHls, url), everyRendition(playInShaka, url)]);
  return [...hls, ...shaka];
};

async function everyRendition(playIn, url) {
  const seen = [];
  let turns = 1;
  for (let turn = 0; turn < turns; turn += 1) {
    const video = document.body.appendChild(document.createElement("video"));
    const played = await playIn(video, url, turn);
    turns = Math.max(played.levels, played.audioTracks);
    seen.push(played);
    video.remove();
  }
  return seen;
}

async function playInHls(video, url, turn) {
  const player = new Hls({ renderTextTracksNatively: true });
  const [ended, reject] = untilEnd(video);
  player.on(Hls.Events.ERROR, (_event, { fatal, type, details }) => {
    if (fatal) reject(new Error(`hls.js: ${type}: ${details}`));
  });
  player.on(Hls.Events.MANIFEST_PARSED, () => {
    player.loadLevel = turn % player.levels.length;
    if (player.audioTracks.length > 0) player.audioTrack = turn % player.audioTracks.length;
    player.subtitleDisplay = true;
    player.subtitleTrack = 0;
    start(video);
  });
  player.loadSource(url);
  player.attachMedia(video);
  const times = await ended;
  const sound = player.audioTracks[player.audioTrack];
  const tracks = { levels: player.levels.length, audioTracks: player.audioTracks.length, sound: sound?.lang ?? "" };
  const played = { player: "hls.js", ...tracks, ...seenOf(video, times) };
  player.destroy();
  return played;
}

async function playInShaka(video, url, turn) {
  const [ended, reject] = untilEnd(video);
  const player = new shaka.Player();
  player.addEventListener("error", ({ detail }) => reject(new Error(`Shaka Player: ${detail.code} ${detail.data}`)));
  player.configure({ abr: { enabled: false } });
  await player.attach(video);
  await player.load(url);
  const variants = player.getVariantTracks();
  const heights = [...new Set(variants.map(({ height }) => height))].sort((a, b) => b - a);
  const sounds = [...new Set(variants.map(({ language }) => language))];
  const [height, sound] = [heights[turn % heights.length], sounds[turn % sounds.length]];
  const chosen = variants.find((variant) => variant.height === height && variant.language === sound);
  player.selectVariantTrack(chosen, true);
  player.selectTextTrack(player.getTextTracks()[0]);
  start(video);
  const times = await ended;
  const tracks = { levels: heights.length, audioTracks: sounds.length, sound };
  const played = { player: "Shaka Player", ...tracks, ...seenOf(video, times) };
  await player.destroy();
  return played;
}

/** The times that the element told until its end, and what ends the waiting with an error. */
function untilEnd(video) {
  const times = [];
  let reject;
  const ended = new Promise((resolve, no) => {
    reject = no;
    const still = setTimeout(() => no(new Error(`stands still at ${video.currentTime} s`)), STANDS_STILL_MS);
    video.addEventListener("error", () => no(new Error(video.error.message)));
    video.addEventListener("timeupdate", () => times.push(video.currentTime));
    video.addEventListener("ended", () => {
      clearTimeout(still);
      // The players' own clearing away makes it tell 0 again.
      resolve([...times]);
    });
  });
  return [ended, reject];
}

function start(video) {
  video.playbackRate = FASTER;
  // What it gives never settles where loading fails, so nobody waits for it.
  void video.play().catch(() => {});
}

function seenOf(video, times) {
  return {
    times,
    duration: video.duration,
    width: video.videoWidth,
    height: video.videoHeight,
    audioBytes: video.webkitAudioDecodedByteCount,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    buffered: Array.from(video.buffered, (_, i) => [video.buffered.start(i), video.buffered.end(i)]),
    cues: [...video.textTracks].flatMap((track) => [...(track.cues ?? [])].map(({ text }) => text)),
  };
}
