/** Why a backend could not do what was asked. */
package dev.epoch.storage.error;
