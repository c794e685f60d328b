/** Live schemas against the recorded ones: how they differ, and recording what is missing. */
package dev.epoch.gateway.drift;
