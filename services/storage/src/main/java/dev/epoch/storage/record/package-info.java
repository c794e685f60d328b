/** Records that clients write through the API. */
package dev.epoch.storage.record;
