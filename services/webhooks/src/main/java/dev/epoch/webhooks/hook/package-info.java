/** Questions over HTTP before a change is made: whoever is asked can forbid it. */
package dev.epoch.webhooks.hook;
