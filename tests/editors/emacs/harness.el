;;; harness.el --- What the drives of Emacs share  -*- lexical-binding: t; -*-

;;; Commentary:

;; A drive waits for each condition with a deadline, notes what it saw, and leaves Emacs with a
;; status: 0 where every step was as expected.  The notes are one JSON object in $DRIVE_NOTES, and
;; $DRIVE_LINES is one with the lines of the story.

;;; Code:

(require 'json)
(require 'seq)
(require 'subr-x)

(dolist (folder (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (add-to-list 'load-path folder))
(add-to-list 'load-path (getenv "DRIVE_STUDIO_EL"))

(setq make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      vc-handled-backends '(Git)
      enable-local-variables nil)

(defvar drive-notes (make-hash-table :test 'equal)
  "What the drive saw, by name.")

(defvar drive-seconds 30
  "How long a drive waits for a condition.")

(defun drive-note (name value)
  "Remember VALUE under NAME, for the test to look at."
  (puthash name value drive-notes)
  value)

(defvar drive-idle #'ignore
  "What happens when Emacs is idle; without a screen it never is.")

(defun drive-until (what found)
  "Call FOUND until it gives something, and give that; fail over WHAT at the deadline."
  (let ((deadline (time-add nil drive-seconds))
        answer)
    (while (not (setq answer (progn (funcall drive-idle) (funcall found))))
      (when (time-less-p deadline nil)
        (error "Not within %s s: %s" drive-seconds what))
      (accept-process-output nil 0.05))
    answer))

(defun drive-expect (what holds)
  "Fail over WHAT unless HOLDS."
  (unless holds (error "Not so: %s" what)))

(defun drive-open (name)
  "Visit NAME of the repository in the selected window."
  (switch-to-buffer (find-file-noselect (expand-file-name name (getenv "DRIVE_REPO")))))

(defun drive-lines (place)
  "The line of the story, or the list of them, that PLACE names; counted from 0."
  (alist-get place (let ((json-array-type 'list)) (json-read-from-string (getenv "DRIVE_LINES")))))

(defun drive-line (number)
  "Go to the beginning of line NUMBER, counted from 0."
  (goto-char (point-min))
  (forward-line number))

(defun drive-drift (kind &rest lines)
  "What the diagnostics are where LINES have drift of KIND."
  (mapcar (lambda (line) (cons line (concat "drift/" kind))) lines))

(defun drive-edited ()
  "What the diagnostics of CLAUDE.md are at first."
  (apply #'drive-drift "repo-ahead" (drive-lines 'edited)))

(defun drive-behind ()
  "What the diagnostics of AGENTS.md are at first."
  (drive-drift "studio-ahead" (drive-lines 'agents)))

(defun drive-studio (&rest words)
  "Run git-studio with WORDS in the repository, as somebody in a terminal would."
  (let ((default-directory (file-name-as-directory (getenv "DRIVE_REPO"))))
    (with-temp-buffer
      (let ((status (apply #'call-process "git-studio" nil t nil words)))
        (drive-expect (format "git-studio %s: %s" words (buffer-string))
                      (memq status '(0 1)))))))

(defun drive-shown (command)
  "Call COMMAND, and note the files that are shown since then."
  (let ((here (current-buffer))
        (before (buffer-list)))
    (funcall command)
    (drive-note (symbol-name command)
                (vconcat (delq nil (mapcar #'buffer-file-name
                                           (seq-difference (buffer-list) before)))))
    (switch-to-buffer here)))

(defun drive-leave (drive)
  "Run DRIVE, write the notes, and leave Emacs."
  (let ((status 0))
    (condition-case problem
        (funcall drive)
      (error (setq status 1)
             (message "FAILED: %S" problem)))
    (with-temp-file (getenv "DRIVE_NOTES")
      (insert (json-encode drive-notes)))
    (kill-emacs status)))

(provide 'harness)
;;; harness.el ends here
