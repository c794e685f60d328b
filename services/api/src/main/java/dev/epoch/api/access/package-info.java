/** Who may ask: keys of the API. */
package dev.epoch.api.access;
