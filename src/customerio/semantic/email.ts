import { known, must, text } from './shapes.ts'

const email = { email_id: must(text), email_subject: text, campaign_id: text, campaign_name: text }

/**
 * What happened to an e-mail (Pipelines API, schemas of 2025-06), for e-mail that others sent. The address stands in
 * `context.traits.email`; for opened, clicked, spam and unsubscribed also `context.traits.ip` and `user_agent`.
 */
export const emailEvents = {
  'Email Bounced': known(email),
  'Email Delivered': known(email),
  'Email Opened': known(email),
  'Email Link Clicked': known({ ...email, link_id: text, link_url: text }),
  'Email Marked as Spam': known(email),
  'Email Unsubscribed': known({ ...email, list_id: text, list_name: text }),
}
