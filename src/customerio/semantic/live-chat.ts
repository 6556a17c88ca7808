import { integer, known, text } from './shapes.ts'

/** `conversation_duration` is in seconds since the conversation began, 0 when it begins. */
const chat = {
  agent_id: text,
  agent_name: text,
  agent_username: text,
  conversation_id: text,
  conversation_duration: integer,
  message_id: text,
}

/** Conversations with an agent (Pipelines API, schemas of 2025-06). */
export const liveChat = {
  'Live Chat Conversation Started': known(chat),
  'Live Chat Conversation Ended': known(chat),
  'Live Chat Message Sent': known(chat),
  'Live Chat Message Received': known(chat),
}
