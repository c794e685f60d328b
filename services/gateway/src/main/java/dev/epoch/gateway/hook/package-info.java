/** Whoever outside may forbid a change before it is made. */
package dev.epoch.gateway.hook;
