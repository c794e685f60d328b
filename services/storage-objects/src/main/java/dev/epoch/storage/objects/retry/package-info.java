/** Requests to stores of a network, repeated where that is right. */
package dev.epoch.storage.objects.retry;
