import { z } from 'zod'
import { flag, integer, known, oneOf, text, texts, time } from './shapes.ts'

const adType = oneOf('pre-roll', 'mid-roll', 'post-roll')

/** The player. Positions and lengths are in seconds; a live stream has the length null. */
const player = {
  session_id: text,
  ad_type: adType,
  position: integer,
  total_length: z.int().nullish(),
  bitrate: integer,
  framerate: integer,
  video_player: text,
  sound: z.int().min(0).max(100).optional(),
  full_screen: flag,
  ad_enabled: flag,
  quality: text,
  livestream: flag,
}

/** What plays now. */
const playback = {
  ...player,
  ad_asset_id: text,
  ad_pod_id: text,
  content_asset_id: text,
  content_pod_id: text,
}

/** What is about to play: a list of contents, and of the ads among them. */
const playlist = {
  ...player,
  ad_asset_id: texts,
  ad_pod_id: texts,
  content_asset_ids: texts,
  content_pod_ids: texts,
}

/** One piece of content. */
const content = {
  session_id: text,
  asset_id: text,
  pod_id: text,
  program: text,
  title: text,
  description: text,
  season: text,
  position: integer,
  total_length: integer,
  genre: text,
  publisher: text,
  channel: text,
  full_episode: flag,
  livestream: flag,
  airdate: time,
  bitrate: integer,
  framerate: integer,
  keywords: texts,
}

/** One ad; `content` says what it stands in, in the words of a piece of content. */
const ad = {
  session_id: text,
  asset_id: text,
  pod_id: text,
  pod_position: integer,
  pod_length: integer,
  type: adType,
  title: text,
  position: integer,
  total_length: integer,
  publisher: text,
  load_type: oneOf('dynamic', 'linear'),
  content: known({}).optional(),
  quartile: integer,
}

/** Video: the player, the content and the ads in it (Pipelines API, schemas of 2025-06). */
export const video = {
  'Video Playback Started': known(playlist),
  'Video Playback Paused': known(playback),
  /** `method`: how, for example a call or a locked device. */
  'Video Playback Interrupted': known({ ...playback, method: text }),
  'Video Playback Buffer Started': known(playback),
  'Video Playback Buffer Completed': known(playback),
  /** From `position` to `seek_position`, which only the prose beside the schema names. */
  'Video Playback Seek Started': known({ ...playback, seek_position: integer }),
  'Video Playback Seek Completed': known(playback),
  'Video Playback Resumed': known(playback),
  'Video Playback Completed': known(playback),
  'Video Playback Exited': known(playback),
  'Video Content Started': known(content),
  'Video Content Playing': known(content),
  'Video Content Completed': known(content),
  'Video Ad Started': known(ad),
  'Video Ad Playing': known(ad),
  'Video Ad Completed': known(ad),
  /** Published as a schema without a title: the name is inferred from how the other schemas are named. */
  'Video Quality Updated': known({
    bitrate: integer,
    framerate: integer,
    startupTime: integer,
    droppedFrames: integer,
  }),
}
