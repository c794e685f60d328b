/** Events of repositories, sent to URLs: signed, in order for each branch, until they arrive. */
package dev.epoch.webhooks;
