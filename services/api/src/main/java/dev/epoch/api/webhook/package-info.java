/** Webhooks: subscriptions and deliveries. */
package dev.epoch.api.webhook;
