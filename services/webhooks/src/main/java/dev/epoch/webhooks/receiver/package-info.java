/** Requests to URLs that users named, and what came of them. */
package dev.epoch.webhooks.receiver;
