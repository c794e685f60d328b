/** Databases made anew from the log. */
package dev.epoch.gateway.rebuild;
