/** Secrets shared with receivers, and how they are kept. */
package dev.epoch.webhooks.secret;
