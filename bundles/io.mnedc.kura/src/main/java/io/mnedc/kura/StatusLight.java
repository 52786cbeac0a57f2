package io.mnedc.kura;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.settings.ConfigurationReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.kura.status.CloudConnectionStatusComponent;
import org.eclipse.kura.status.CloudConnectionStatusEnum;
import org.eclipse.kura.status.CloudConnectionStatusService;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a device's connection where Kura shows one: on the gateway's status light, while a device runs. */
@Component(
        service = {},
        immediate = true,
        configurationPid = KuraConfig.PID)
public final class StatusLight implements CloudConnectionStatusComponent {
    private static final Logger LOG = LoggerFactory.getLogger(StatusLight.class);
    private static final int DEFAULT_PRIORITY = 50;
    private static final long PERIOD_MILLIS = 1000;

    private final DeviceStatus device;
    private final CloudConnectionStatusService light;
    private final int priority;
    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private @Nullable ScheduledExecutorService looks;
    private volatile CloudConnectionStatusEnum shown = CloudConnectionStatusEnum.OFF;

    /** Made by the component runtime. */
    @Activate
    public StatusLight(
            Map<String, Object> properties,
            @Reference DeviceStatus device,
            @Reference CloudConnectionStatusService light) {
        this.device = device;
        this.light = light;
        this.priority = priority(new ConfigurationReader(properties, KuraConfig.class));
    }

    /** {@return the setting, or its default if it is wrong} */
    static int priority(ConfigurationReader values) {
        return values.number("light.priority", DEFAULT_PRIORITY, 0, 1000);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addNotice(Notice notice) {
        notices.add(notice);
    }

    void removeNotice(Notice notice) {
        notices.remove(notice);
    }

    @Activate
    void start() {
        if (priority <= 0) {
            return;
        }
        light.register(this);
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "mnedc-kura-light");
            made.setDaemon(true);
            return made;
        });
        thread.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        looks = thread;
    }

    private void look() {
        try {
            CloudConnectionStatusEnum now = meaning(
                    device.snapshot().state(),
                    notices.stream().anyMatch(notice -> notice.pid().equals(StoredSettings.DEVICE)));
            if (now != shown) {
                light.updateStatus(this, now);
            }
        } catch (RuntimeException | Error e) {
            // the device or the light may just be going; the next look will tell
            LOG.debug("the status light is not set", e);
        }
    }

    /**
     * {@return what the light shows of a device's state}
     *
     * @param noticed whether there is something to say, such as that its configuration is refused
     */
    static CloudConnectionStatusEnum meaning(DeviceStatus.State state, boolean noticed) {
        return switch (state) {
            case READY -> noticed ? CloudConnectionStatusEnum.FAST_BLINKING : CloudConnectionStatusEnum.ON;
            case REGISTERED -> CloudConnectionStatusEnum.FAST_BLINKING;
            case CONNECTING -> CloudConnectionStatusEnum.SLOW_BLINKING;
            case FAILED -> CloudConnectionStatusEnum.OFF;
        };
    }

    @Deactivate
    void stop() {
        ScheduledExecutorService ending = looks;
        if (ending != null) {
            ending.shutdownNow();
            light.unregister(this);
        }
    }

    @Override
    public int getNotificationPriority() {
        return priority;
    }

    @Override
    public CloudConnectionStatusEnum getNotificationStatus() {
        return shown;
    }

    @Override
    public void setNotificationStatus(CloudConnectionStatusEnum status) {
        shown = status;
    }
}
