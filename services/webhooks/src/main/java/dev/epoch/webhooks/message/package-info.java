/** Events as receivers see them. */
package dev.epoch.webhooks.message;
