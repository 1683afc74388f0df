;;; studio.el --- Drift, decisions and skills of Project Studio  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, vc

;;; Commentary:

;; Makes studio-lsp, the language server of Project Studio, known to eglot and to lsp-mode,
;; and gives its commands names in Emacs.
;;
;;   (require 'studio)
;;   (add-hook 'markdown-mode-hook #'studio-ensure)
;;
;; `studio-mode' attaches the server to a buffer of any other mode: under lsp-mode beside the
;; server of that mode, under eglot in its place, because eglot has one server for a buffer.

;;; Code:

(require 'subr-x)
(require 'url-parse)
(require 'url-util)

(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function eglot-current-server "eglot")
(declare-function eglot-ensure "eglot")
(declare-function eglot--pos-to-lsp-position "eglot")
(declare-function eglot--signal-textDocument/didChange "eglot")
(declare-function jsonrpc-request "jsonrpc")
(declare-function lsp "lsp-mode")
(declare-function lsp-deferred "lsp-mode")
(declare-function lsp--buffer-uri "lsp-mode")
(declare-function lsp--client-capabilities "lsp-mode")
(declare-function lsp--region-to-range "lsp-mode")
(declare-function lsp--workspace-client "lsp-mode")
(declare-function lsp--client-server-id "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(defvar lsp--cur-workspace)
(defvar lsp-enable-snippet)
(defvar lsp-response-timeout)

(defgroup studio nil
  "Drift, decisions and skills of Project Studio."
  :group 'tools)

(defcustom studio-server-command '("studio-lsp")
  "The program of the language server and its words."
  :type '(repeat string))

(defcustom studio-settings nil
  "Settings for the server, as a property list.
For example (:hover (:why t) :codeLens (:enabled :json-false)).
A server that runs already takes them when it is started again."
  :type 'plist)

(defcustom studio-modes
  '((markdown-mode . "markdown")
    (markdown-ts-mode . "markdown")
    (json-mode . "json")
    (js-json-mode . "json")
    (json-ts-mode . "json")
    (git-commit-ts-mode . "git-commit")
    (git-commit-elisp-text-mode . "git-commit")
    (text-mode . "plaintext"))
  "Major modes the server is registered for, each with its language identifier.
A mode derived from one of them counts as well; the first that fits decides."
  :type '(alist :key-type symbol :value-type string))

(defcustom studio-client nil
  "The client that `studio-ensure' and `studio-mode' start.
Nil stands for lsp-mode where it is loaded, and for eglot otherwise."
  :type '(choice (const :tag "The one that is loaded" nil) (const eglot) (const lsp-mode)))

(defcustom studio-timeout 60
  "Seconds to wait for the answer to a command.
A command may put a question to you before it changes a buffer."
  :type 'number)


;;; Both clients

(defun studio--options (&rest _)
  "Tell the server at its start the settings, and what this client shows itself."
  (append (list :client (list :comparison t)) studio-settings))

(defun studio--contact (&rest _)
  "Say how to start the server under eglot."
  (append '(studio-eglot-server) studio-server-command
          (list :initializationOptions #'studio--options)))

(defun studio-register-eglot ()
  "Make eglot start the server in buffers of `studio-modes'."
  (add-to-list 'eglot-server-programs
               (cons (mapcar (pcase-lambda (`(,mode . ,language))
                               (list mode :language-id language))
                             studio-modes)
                     #'studio--contact)))

(defconst studio--message-file
  "/\\(?:COMMIT_EDIT\\|MERGE_\\|SQUASH_\\|TAG_EDIT\\)MSG\\'"
  "What the files are called that git hands to an editor for a message.")

(defun studio--wanted-p (file mode)
  "Whether lsp-mode shall attach the server to the buffer of FILE, in MODE."
  (or (bound-and-true-p studio-mode)
      (string-match-p studio--message-file file)
      (apply #'provided-mode-derived-p mode (mapcar #'car studio-modes))))

;; Releases of lsp-mode before 9 count columns in characters and do not say so, which a server
;; has to take for UTF-16.
(defun studio--lsp-capabilities ()
  "Declare how lsp-mode counts columns, where it does not do so itself."
  (let ((lsp-enable-snippet nil))
    (unless (assq 'general (lsp--client-capabilities))
      '((general . ((positionEncodings . ["utf-32" "utf-16"])))))))

(defun studio-register-lsp-mode ()
  "Make lsp-mode start the server beside any other in buffers of `studio-modes'."
  (dolist (entry `((,studio--message-file . "gitcommit")
                   ("\\.mdc\\'" . "markdown")
                   ,@studio-modes))
    (add-to-list 'lsp-language-id-configuration entry (not (stringp (car entry)))))
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () studio-server-command))
    :activation-fn #'studio--wanted-p
    :initialization-options #'studio--options
    :custom-capabilities (studio--lsp-capabilities)
    :add-on? t
    :multi-root t
    :priority -1
    :server-id 'studio-lsp)))

(with-eval-after-load 'eglot
  (require 'studio-eglot)
  (studio-register-eglot))
(with-eval-after-load 'lsp-mode (studio-register-lsp-mode))

(defun studio--client ()
  "The client to start: eglot or lsp-mode."
  (or studio-client (if (featurep 'lsp-mode) 'lsp-mode 'eglot)))

;;;###autoload
(defun studio-ensure ()
  "Attach the server to the current buffer, if the buffer is of a file.
For the hooks of the modes that `studio-modes' lists."
  (when buffer-file-name
    (pcase (studio--client)
      ('lsp-mode (require 'lsp-mode) (lsp-deferred))
      (_ (require 'eglot) (eglot-ensure)))))

;;;###autoload
(define-minor-mode studio-mode
  "Attach the server of Project Studio to this buffer, whatever its mode is."
  :lighter " Studio"
  (when studio-mode
    (require (studio--client))
    (when (eq (studio--client) 'eglot)
      (setq-local eglot-server-programs
                  (cons (cons major-mode #'studio--contact) eglot-server-programs)))
    (studio-ensure)))


;;; Asking the server

(defun studio--eglot-server ()
  "The server that eglot has for this buffer, or nil."
  (and (fboundp 'eglot-current-server) (eglot-current-server)))

(defun studio--lsp-workspace ()
  "The workspace of our server that lsp-mode has for this buffer, or nil."
  (and (bound-and-true-p lsp-mode)
       (seq-find (lambda (workspace)
                   (eq 'studio-lsp (lsp--client-server-id
                                    (lsp--workspace-client workspace))))
                 (lsp-workspaces))))

(defun studio--uri ()
  "The URI of the current buffer's file, as the client names it."
  (unless buffer-file-name
    (user-error "This buffer is of no file"))
  (if (studio--lsp-workspace)
      (lsp--buffer-uri)
    (concat "file://" (url-hexify-string (file-truename buffer-file-name)
                                         url-path-allowed-chars))))

(defun studio--path (uri)
  "The path of the file that URI names."
  (decode-coding-string (url-unhex-string (url-filename (url-generic-parse-url uri))) 'utf-8))

(defun studio--field (object name)
  "The field NAME of OBJECT, which is in the shape of either client."
  (if (hash-table-p object)
      (gethash name object)
    (plist-get object (intern (concat ":" name)))))

(defun studio--request (method params)
  "Ask the server of this buffer METHOD with PARAMS."
  (let ((server (studio--eglot-server))
        (workspace (studio--lsp-workspace)))
    (cond (workspace
           (let ((lsp--cur-workspace workspace)
                 (lsp-response-timeout studio-timeout))
             (lsp-request method params)))
          (server
           (eglot--signal-textDocument/didChange)
           (jsonrpc-request server (intern (concat ":" method)) params :timeout studio-timeout))
          (t (user-error "No server of Project Studio here; try M-x studio-mode")))))

(defun studio--execute (command &rest fields)
  "Have the server execute COMMAND on this buffer; FIELDS go into its argument."
  (studio--request "workspace/executeCommand"
                   (list :command command
                         :arguments (vector (append (list :uri (studio--uri)) fields)))))

(defun studio--say (result)
  "Show the message in RESULT: a line in the echo area, more in a window."
  (when-let ((text (studio--field result "message")))
    (if (string-match-p "\n" (string-trim text))
        (with-help-window "*studio*" (princ text))
      (message "%s" (string-trim text))))
  result)

(defun studio--run (command &rest fields)
  "Execute COMMAND with FIELDS and show what it says."
  (studio--say (apply #'studio--execute command fields)))

(defun studio--range ()
  "The active region as a field of a command's argument, or nothing."
  (when (use-region-p)
    (list :range
          (if (studio--lsp-workspace)
              (lsp--region-to-range (region-beginning) (region-end))
            (list :start (eglot--pos-to-lsp-position (region-beginning))
                  :end (eglot--pos-to-lsp-position (region-end)))))))


;;; Commands

(defun studio-accept ()
  "Accept this file into Studio, whose copy becomes the same."
  (interactive)
  (studio--run "studio.acceptIntoStudio"))

(defun studio-use-studio ()
  "Put Studio's copy of this file into the buffer."
  (interactive)
  (studio--run "studio.useStudioVersion"))

(defun studio-merge ()
  "Merge this file and Studio's copy of it into both."
  (interactive)
  (studio--run "studio.mergeBoth"))

(defun studio-dismiss ()
  "Leave this file and Studio's copy as they are until one of them changes."
  (interactive)
  (studio--run "studio.dismiss"))

(defun studio-undo ()
  "Take the last resolution back."
  (interactive)
  (studio--run "studio.undo"))

(defun studio-compare ()
  "Compare this file with Studio's copy of it, in Ediff."
  (interactive)
  (let* ((result (studio--execute "studio.compare"))
         (left (and result (studio--field result "left")))
         (right (and result (studio--field result "right"))))
    (if (not (and left right))
        (studio--say result)
      (let ((studio (find-file-noselect (studio--path left) t)))
        (with-current-buffer studio (setq buffer-read-only t))
        (ediff-buffers studio (find-file-noselect (studio--path right)))))))

(defun studio-status ()
  "Say how the context files of this project stand."
  (interactive)
  (studio--run "studio.status"))

(defun studio-why ()
  "Say why the current line is so: session, decision, commit."
  (interactive)
  (studio--run "studio.why" :line (1- (line-number-at-pos nil t))))

(defun studio-sync ()
  "Bring this file and Studio's copy together where that is unambiguous."
  (interactive)
  (studio--run "studio.syncContext"))

(defun studio-track ()
  "Track this file in Studio."
  (interactive)
  (studio--run "studio.track"))

(defun studio-untrack ()
  "Do not track this file in Studio any longer."
  (interactive)
  (studio--run "studio.untrack"))

(defun studio-record-decision ()
  "Record the active region as a decision."
  (interactive)
  (apply #'studio--run "studio.recordDecision" (studio--range)))

(defun studio-record-learning ()
  "Record the active region as a learning."
  (interactive)
  (apply #'studio--run "studio.recordLearning" (studio--range)))

(defun studio-record-question ()
  "Record the active region as an open question."
  (interactive)
  (apply #'studio--run "studio.recordQuestion" (studio--range)))

(defun studio-insert-skill (name)
  "Insert a reference to the skill NAME at point."
  (interactive (list (string-trim (read-string "Skill: "))))
  (apply #'studio--run "studio.insertSkill"
         :position (list :line (1- (line-number-at-pos nil t)) :character (studio--column))
         (unless (string-empty-p name) (list :name name))))

(defun studio-open-session ()
  "Open the current session's file."
  (interactive)
  (studio--execute "studio.openSession"))

(defun studio-open-dashboard ()
  "Open the overview of the project."
  (interactive)
  (studio--execute "studio.openDashboard"))

(defun studio-debug-information ()
  "Show what the server knows about itself, for a report of a fault."
  (interactive)
  (studio--run "studio.debugInformation" :quiet t))

(defun studio--column ()
  "The column of point as the client counts it for the server."
  (studio--field (if (studio--lsp-workspace)
                     (studio--field (lsp--region-to-range (point) (point)) "start")
                   (eglot--pos-to-lsp-position))
                 "character"))

(defvar studio-command-map
  (let ((map (make-sparse-keymap)))
    (define-key map "a" #'studio-accept)
    (define-key map "s" #'studio-use-studio)
    (define-key map "m" #'studio-merge)
    (define-key map "d" #'studio-dismiss)
    (define-key map "u" #'studio-undo)
    (define-key map "=" #'studio-compare)
    (define-key map "?" #'studio-status)
    (define-key map "w" #'studio-why)
    (define-key map "k" #'studio-insert-skill)
    map)
  "The commands of Project Studio, to be bound to a key of your choice.")
(fset 'studio-command-map studio-command-map)

(provide 'studio)
;;; studio.el ends here
